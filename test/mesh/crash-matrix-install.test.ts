import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildExecutable } from '../../scripts/build-executable.ts';
import { commandLink, polkitPolicyFile, serviceFiles } from '../../shared/install/places.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { CrashCells, type CrashStep, cellsOfThisRun, untilStep } from './support/crash-cells.ts';
import { socketPath } from './support/raw-call.ts';

/**
 * Generated: the installer and the uninstaller of the real program killed at every step. After each cell the same command
 * succeeds, and an uninstallation leaves every file and process as before.
 */

const random = randomForTests();
const cells = new CrashCells();
const program = '/srv/homing-helper';

let folder: string;
let lab: Lab;
let host: Host;
let before: string;

beforeAll(async () => {
  requireLab();
  folder = await mkdtemp(join(tmpdir(), 'homing-install-'));
  const built = await buildExecutable({ outDirectory: join(folder, 'out') });
  lab = await createLab();
  host = await lab.addHost('laptop');
  await host.addUser('user', 1000);
  await host.overlay('/usr');
  await host.bind(built, program);
  // The lab's hosts have it, empty; an uninstallation removes it.
  await host.run(['rmdir', '/var/lib/homing']);
  before = await state();
}, 240_000);
afterAll(async () => {
  await lab?.destroy();
  await rm(folder, { recursive: true, force: true });
});

const isThere = (path: string) => existsSync(host.outsidePath(path));

/** Every file where an installation writes, and every process of the helper. */
async function state(): Promise<string> {
  const places = ['/opt', '/usr/local/bin', '/usr/share/polkit-1', '/etc', '/var/lib', '/run', '/srv'];
  const files = await host.exec(['find', ...places, '-xdev', '-name', '*homing*']);
  const processes = await host.exec(['pgrep', '-f', 'homing-helper --uid']);
  return `${files.stdout.split('\n').sort().join('\n')}\n${processes.stdout}`;
}

interface Operation {
  readonly command: 'install' | 'uninstall';
  readonly steps: readonly CrashStep[];
}

const installed = '/opt/homing/homing-helper';
const operations: readonly Operation[] = [
  {
    command: 'install',
    steps: [
      ['the copy has begun', () => isThere(`${installed}.new`) || isThere(installed)],
      ['the program is in place', () => isThere(installed)],
      ['the command is linked', () => isThere(commandLink) || isThere(polkitPolicyFile)],
      ['the service is written', () => isThere(serviceFiles.sysv)],
      ['the helper is started', () => isThere('/run/homing-helper.pid')],
      ['the helper listens', () => isThere(socketPath)],
    ],
  },
  {
    command: 'uninstall',
    steps: [
      ['the helper is stopped', () => !isThere(socketPath)],
      ['the service is gone', () => !isThere(serviceFiles.sysv)],
      ['the program is gone', () => !isThere(installed)],
    ],
  },
];

const argumentsOf = (command: Operation['command']) =>
  command === 'install' ? [command, '--uid', '1000'] : [command];

async function run(command: Operation['command']): Promise<void> {
  const { code, stdout, stderr } = await host.exec([program, ...argumentsOf(command)]);
  expect(code, `${command}: ${stdout}${stderr}`).toBe(0);
}

const all = operations.flatMap(({ command, steps }) =>
  steps.map(([step, isReached]) => ({ command, step, isReached, what: `${command}, ${step}` })),
);

test.each(cellsOfThisRun(all, random))(
  'killed at: $what',
  { timeout: 180_000 },
  ({ command, isReached, what }) =>
    cells.check(async () => {
      if (command === 'uninstall') await run('install');
      const running = await host.spawn([program, ...argumentsOf(command)]);
      await untilStep(what, isReached, 60_000);
      await sleep(random.next() * 4);
      running.kill('SIGKILL');
      await running.exited;
      await run(command);
      if (command === 'install') expect(isThere(socketPath), what).toBe(true);
      await run('uninstall');
      await expect.poll(state, { message: what, timeout: 10_000, interval: 200 }).toBe(before);
    }),
);
