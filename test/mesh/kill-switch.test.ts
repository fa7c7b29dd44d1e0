import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { createExitWorld, type ExitWorld } from './support/exit-world.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { labSystem } from './support/lab-system.ts';
import { LeakCount } from './support/leak-count.ts';

let exit: ExitWorld;
let laptop: Host;
let installed: InstalledHost;
let count: LeakCount;

/** How each system lists and loses the rules. Without notifications, those of macOS are compared every 5 s. */
const filter = {
  linux: {
    list: ['nft', 'list', 'table', 'inet', 'homing_kill_switch'],
    closed: /policy drop;\s+jump leaving/,
    changes: [
      ['nft', 'flush', 'ruleset'],
      ['nft', 'insert', 'rule', 'inet', 'homing_kill_switch', 'output', 'accept'],
    ],
    restart: ['nft', 'flush', 'ruleset'],
    restoredMs: 1_000,
  },
  macos: {
    list: ['/bin/sh', '-c', 'pfctl -a com.apple/homing -s rules | grep . && nft list table inet pf_stand_in'],
    closed: /block return out quick all.*reject with icmpx admin-prohibited/s,
    changes: [
      ['pfctl', '-a', 'com.apple/homing', '-F', 'rules'],
      ['pfctl', '-d'],
    ],
    restart: ['/bin/sh', '-c', 'rm -f /var/lib/pf.json; nft flush ruleset'],
    restoredMs: 7_000,
  },
}[labSystem];
const settingPath = '/var/lib/homing/kill-switch.json';
const bootRules = '/var/lib/homing/kill-switch.nft';

oneStory();

beforeAll(async () => {
  requireLab();
  exit = await createExitWorld({ parts: ['cafe'] });
  ({ installed, laptop } = exit);
  count = await LeakCount.start([
    [exit.world.homeRouter, 'lan0'],
    [exit.world.host('cafeRouter'), 'lan0'],
  ]);
});
afterAll(() => exit?.world.destroy());

async function reaches(address: string): Promise<boolean> {
  return (await ping(laptop, address, { count: 2 })).received > 0;
}

async function hasRules(): Promise<boolean> {
  return (await laptop.exec(filter.list)).code === 0;
}

test('without a tunnel nothing passes, programs see it at once, and the status says why', async () => {
  expect(await reaches(at.internet.core)).toBe(true);
  const before = await count.leaked();
  expect(await installed.mustHoming(['kill-switch', 'on'])).toContain(
    'The kill switch is on. It blocks all traffic, since there is no tunnel.',
  );
  const started = performance.now();
  const refused = await laptop.exec(['ping', '-c', '1', '-W', '5', at.internet.core], {
    user: installed.user,
  });
  expect(refused.code).not.toBe(0);
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(await reaches(at.private.nas)).toBe(false);
  expect(await count.leaked()).toBe(before);
  const text = await installed.mustHoming(['status']);
  expect(text).toContain('It blocks all traffic, since there is no tunnel.');
  expect(text).toContain('homing kill-switch off');
  expect(await installed.status()).toMatchObject({ killSwitch: { state: 'on', isBlocking: true } });
});

test('with the exit everything goes through it, in the café as well; the LAN is allowed when the user enables it', async () => {
  await installed.mustHoming(['up']);
  await installed.until(
    'nothing is blocked',
    ({ killSwitch }) => killSwitch?.state === 'on' && !killSwitch.isBlocking,
  );
  expect(await reaches(at.internet.core)).toBe(true);
  expect(await reaches(at.private.nas)).toBe(false);
  await installed.mustHoming(['kill-switch', '--lan', 'on']);
  expect(await reaches(at.private.nas)).toBe(true);
  await exit.world.moveLaptop('cafe');
  await installed.until(
    'the exit is reached from the café',
    ({ killSwitch }) => killSwitch?.state === 'on' && !killSwitch.isBlocking,
  );
  expect(await reaches(at.internet.core)).toBe(true);
  await exit.world.moveLaptop('home');
  await installed.mustHoming(['kill-switch', '--lan', 'off']);
  expect(await reaches(at.private.nas)).toBe(false);
});

test('rules that another program flushes, opens or turns off are back soon', async () => {
  for (const change of filter.changes) {
    await laptop.run(change);
    await sleep(filter.restoredMs);
    expect(await laptop.run(filter.list)).toMatch(filter.closed);
  }
  const { timeline } = await installed.status();
  expect(
    timeline.filter(({ kind, reason }) => kind === 'kill-switch' && reason.includes('another program')),
  ).toHaveLength(2);
});

test('it holds while the helper is killed, stopped and started, and with a setting that cannot be read', async () => {
  await installed.killHelper();
  expect(await hasRules()).toBe(true);
  await installed.startHelper();
  expect(await installed.status()).toMatchObject({ killSwitch: { state: 'on', problem: null } });
  await installed.stopHelper();
  expect([await hasRules(), await reaches(at.internet.core)]).toEqual([true, false]);

  // As after a reboot: only the file exists.
  await laptop.run(filter.restart);
  await laptop.writeFile(settingPath, '{"version":', 0o600);
  await installed.startHelper();
  expect([await hasRules(), await reaches(at.internet.core)]).toEqual([true, false]);
  const text = await installed.mustHoming(['status']);
  expect(text).toContain('is damaged');
  expect(text).toContain('homing kill-switch on, or off');
});

// On macOS the helper itself sets the rules at boot.
test.skipIf(labSystem === 'macos')(
  'what is loaded before the network comes up closes by itself',
  async () => {
    await installed.stopHelper();
    await laptop.run(['nft', 'flush', 'ruleset']);
    expect(await reaches(at.internet.core)).toBe(true);
    await laptop.run(['nft', '-f', bootRules]);
    expect(await reaches(at.internet.core)).toBe(false);
    await installed.startHelper();
  },
);

test('turned off, nothing of it is left', async () => {
  expect(await installed.mustHoming(['kill-switch', 'off'])).toContain('The kill switch is off.');
  expect([await hasRules(), await reaches(at.internet.core)]).toEqual([false, true]);
  const files = await laptop.run(['ls', '/var/lib/homing']);
  expect(files).not.toMatch(/kill-switch|pf-token/);
  expect((await laptop.exec(['ls', '/var/lib/pf.json'])).code).not.toBe(0);
  expect((await installed.homing(['portal', 'open'])).stderr).toContain('There is no sign-in page to open');
});
