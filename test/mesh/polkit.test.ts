import { afterAll, beforeAll, expect, test } from 'vitest';
import { notRun } from '../../electron/install/not-run.ts';
import { polkitPolicy } from '../../helper/install/polkit-policy.ts';
import { polkitPolicyFile } from '../../shared/install/places.ts';
import type { CommandResult } from '../lab/command.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { decide, forgetDecisions, startPolkit } from './support/polkit.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';

/** An administrator's decision about a network, made by the real polkitd on a real system bus. */

/** The place of the packaged program; here it starts the bundle. */
const program = '/usr/lib/homing-helper';
const allowNetwork = 'org.homing.allow-network';

let mesh: SmallMesh;
let laptop: InstalledHost;
let allow: readonly string[];

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  const { host } = laptop;
  await host.overlay('/usr');
  await host.writeFile(program, `#!/bin/sh\nexec ${laptop.helperCommand.join(' ')} "$@"\n`, 0o755);
  await host.writeFile(polkitPolicyFile, polkitPolicy(program), 0o644);
  await startPolkit(host);
  await laptop.startHelper();
  await host.writeFile('/var/lib/homing/ask-administrator', '', 0o600);
  const { stderr } = await laptop.homing(['up']);
  const command = /run: sudo (.*)\n/.exec(stderr)?.[1]?.split(' ') ?? [];
  allow = command.slice(command.indexOf('allow'));
  expect(allow.slice(0, 2)).toEqual(['allow', smallMesh.network]);
}, 60_000);
afterAll(() => mesh?.destroy());

/** As the app does. polkit decides about the parent of pkexec, which must be a process of this host. */
function pkexec(command: readonly string[], user = laptop.user): Promise<CommandResult> {
  const script = '/usr/bin/pkexec --disable-internal-agent "$@"; exit $?';
  return laptop.host.exec(['/bin/sh', '-c', script, 'sh', ...command], { user });
}

/** Whether a process of the user may do it; 2 means after a password, for which there is no agent. */
async function check(action: string): Promise<number> {
  const script = `exec /usr/bin/pkcheck --action-id ${action} --process $$`;
  return (await laptop.host.exec(['/bin/sh', '-c', script], { user: laptop.user })).code ?? -1;
}

/** The problem that the app would show. */
function problemIn({ stderr }: CommandResult): string {
  return notRun({ title: 'The network was not allowed', inTerminal: undefined, message: '', stderr }).problem
    .code;
}

const up = async () => (await laptop.homing(['up'])).code;

test('polkit knows the actions of the helper, each of which needs an administrator every time', async () => {
  const printed = await laptop.host.run(['/usr/bin/pkaction', '--verbose', '--action-id', allowNetwork]);
  expect(printed).toContain('Compare its six words: $(command_line)');
  expect(printed.match(/auth_admin$/gm)).toHaveLength(3);
  const all = await laptop.host.run(['/usr/bin/pkaction']);
  expect(all.match(/^org\.homing\..*$/gm)?.sort()).toEqual([
    allowNetwork,
    'org.homing.approval-off',
    'org.homing.approval-on',
    'org.homing.replace-helper',
  ]);
});

test('without an agent that could ask for a password nothing is allowed', async () => {
  expect(await check(allowNetwork)).toBe(2);
  const result = await pkexec([program, ...allow]);
  expect(result.code).not.toBe(0);
  expect(problemIn(result)).toBe('install-impossible');
  expect(await up()).toBe(6);
});

test('an administrator’s no allows nothing', async () => {
  await decide(laptop.host, allowNetwork, laptop.user.name, 'NO');
  expect(await check(allowNetwork)).toBe(1);
  const result = await pkexec([program, ...allow]);
  expect(result.code).toBe(127);
  expect(problemIn(result)).toBe('install-cancelled');
  expect(await up()).toBe(6);
});

test('an administrator’s yes to one action allows no other command, program or user', async () => {
  await decide(laptop.host, allowNetwork, laptop.user.name, 'YES');
  expect(await check(allowNetwork)).toBe(0);
  expect(await check('org.homing.approval-off')).toBe(2);
  expect(problemIn(await pkexec([program, 'approval-off']))).toBe('install-impossible');
  expect((await pkexec(['/bin/true', 'allow'])).code).not.toBe(0);
  const stranger = await laptop.host.addUser('stranger', 1001);
  expect(problemIn(await pkexec([program, ...allow], stranger))).toBe('install-impossible');
  expect(await up()).toBe(6);
});

test('an administrator’s yes allows that network, and after it polkit asks again', async () => {
  const { code, stdout, stderr } = await pkexec([program, ...allow]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('may be connected now');
  expect(await up()).toBe(0);
  await forgetDecisions(laptop.host);
  expect(await check(allowNetwork)).toBe(2);
});
