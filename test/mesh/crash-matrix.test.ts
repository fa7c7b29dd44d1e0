import { existsSync, globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusSchema } from '../../shared/contract/status.ts';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { kernelHasWireGuard } from '../lab/requirements.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { CrashCells, cellsOfThisRun, untilStep } from './support/crash-cells.ts';
import { homingCommand, type InstalledHost } from './support/installed-host.ts';
import { rawCall } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { storedProfile } from './support/stored-profile.ts';
import { signalWireGuard } from './support/wireguard-process.ts';

/**
 * Generated: every journaled step of connecting, disconnecting and replacing a tunnel, with every process that can be
 * killed at that step. After each cell the machine is as before.
 */

const random = randomForTests();
const counted = new CrashCells();
/** A minute in the long form: `npm run crash-matrix`. */
const standstillMs = Number(process.env.HOMING_STANDSTILL_SECONDS ?? 3) * 1_000;
/** In the folder of the processor, such as aarch64-linux-gnu. */
const [fakeTime] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
const { interfaceName, network } = smallMesh;

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;
let idle: Snapshot;
let idleEtc: string;
let originalHosts: Buffer;
let connectBody: string;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  await host.writeFile('/etc/hosts', '127.0.0.1 localhost');
  originalHosts = await readFile(host.outsidePath('/etc/hosts'));
  const { profile, privateKey } = await storedProfile(laptop);
  connectBody = JSON.stringify({ profile, privateKey });
  await laptop.startHelper();
  idle = await host.snapshot();
  idleEtc = await host.run(['ls', '-A', '/etc']);
});
afterAll(() => mesh?.destroy());

async function call(method: 'PUT' | 'DELETE'): Promise<void> {
  const { status, text } = await rawCall(
    host,
    method,
    '/v1/tunnel',
    method === 'PUT' ? connectBody : undefined,
  );
  if (status !== 200) throw new Error(text);
}

function fileText(path: string): string {
  try {
    return readFileSync(host.outsidePath(path), 'latin1');
  } catch {
    return '';
  }
}

/** The helper's phase in the journal; empty without one. */
function phase(): string {
  return /"phase":"(\w+)"/.exec(fileText('/run/homing/journal.json'))?.[1] ?? '';
}

const hasInterface = () => existsSync(host.outsidePath(`/sys/class/net/${interfaceName}`));
const hasNames = () => fileText('/etc/hosts').includes(`.${network}`);

interface Operation {
  readonly name: string;
  /** The state before it. */
  readonly startsConnected: boolean;
  readonly method: 'PUT' | 'DELETE';
  /** Its steps in order, each with a condition observable from outside. */
  readonly steps: readonly (readonly [name: string, isReached: () => boolean])[];
}

const operations: readonly Operation[] = [
  {
    name: 'up',
    startsConnected: false,
    method: 'PUT',
    steps: [
      ['the interface is named', () => fileText('/run/homing/interface') !== ''],
      ['rising', () => phase() === 'rising'],
      ['the interface is there', hasInterface],
      ['the names are there', hasNames],
      ['up', () => phase() === 'up'],
    ],
  },
  {
    name: 'down',
    startsConnected: true,
    method: 'DELETE',
    steps: [
      ['falling', () => phase() === 'falling'],
      ['the names are gone', () => !hasNames()],
      ['the interface is gone', () => !hasInterface()],
      ['nothing is journaled', () => phase() === ''],
    ],
  },
  {
    name: 'replace',
    startsConnected: true,
    method: 'PUT',
    steps: [
      ['falling', () => phase() === 'falling'],
      ['the interface is gone', () => !hasInterface()],
      ['rising', () => phase() === 'rising'],
      ['up again', () => phase() === 'up'],
    ],
  },
];

type Victim = 'the helper' | 'wireguard-go' | 'both';
const victims: readonly Victim[] = kernelHasWireGuard()
  ? ['the helper']
  : ['the helper', 'wireguard-go', 'both'];

async function kill(victim: Victim): Promise<void> {
  if (victim !== 'wireguard-go') await laptop.killHelper();
  // It may not have been started yet, or have ended already: then there is nothing to kill in this cell.
  if (victim !== 'the helper') await signalWireGuard(host, 'KILL');
}

async function expectAsBefore(what: string): Promise<void> {
  await call('DELETE');
  const left = async () => diffSnapshots(idle, await host.snapshot());
  await expect.poll(left, { message: what, timeout: 5_000, interval: 200 }).toEqual([]);
  expect((await readFile(host.outsidePath('/etc/hosts'))).equals(originalHosts), what).toBe(true);
  expect(await host.run(['ls', '-A', '/etc']), what).toBe(idleEtc);
  expect(existsSync(host.outsidePath('/run/homing/interface')), what).toBe(false);
}

/** On a busy machine the first handshake takes longer than the first ping waits. */
async function expectPings(): Promise<void> {
  await expect.poll(async () => (await ping(host, `nas.${network}`)).received, { timeout: 15_000 }).toBe(3);
}

async function tunnelState(): Promise<string> {
  return statusSchema.parse(JSON.parse((await rawCall(host, 'GET', '/v1/status')).text)).tunnel.state;
}

const cells = operations.flatMap((operation) =>
  operation.steps.flatMap(([step, isReached]) =>
    victims.map((victim) => ({
      operation,
      step,
      isReached,
      victim,
      what: `${operation.name}, ${step}, ${victim}`,
    })),
  ),
);

test.each(cellsOfThisRun(cells, random))('killed at: $what', ({ operation, isReached, victim, what }) =>
  counted.check(async () => {
    if (operation.startsConnected) await call('PUT');
    const ended = call(operation.method).catch(() => undefined);
    await untilStep(what, isReached);
    // Anywhere between this step and the next, which follows within milliseconds.
    await sleep(random.next() * 4);
    await kill(victim);
    await ended;
    if (victim !== 'wireguard-go') await laptop.startHelper();
    expect(['off', 'connected', 'failed'], what).toContain(await tunnelState());
    await expectAsBefore(what);
  }),
);

describe('with a tunnel up', () => {
  test('an interface deleted by hand leaves nothing after down', async () => {
    await call('PUT');
    await host.run(['ip', 'link', 'delete', interfaceName]);
    await expectAsBefore('deleted by hand');
  });

  test('an edited hosts file keeps the edit, and loses the names', async () => {
    await call('PUT');
    const edited = `${fileText('/etc/hosts')}192.0.2.99 by-hand\n`;
    await host.writeFile('/etc/hosts', edited);
    await call('DELETE');
    expect(fileText('/etc/hosts')).toMatch(/^127\.0\.0\.1 localhost\n192\.0\.2\.99 by-hand\n$/);
    await host.writeFile('/etc/hosts', originalHosts.toString('latin1'));
    await expectAsBefore('edited by hand');
  });

  test('the tunnel goes down even if `wg` was removed', async () => {
    await call('PUT');
    const paths = (await host.run(['which', 'wg'])).trim().split('\n');
    for (const path of paths) await host.run(['mount', '--bind', '/dev/null', path]);
    try {
      await expectAsBefore('wg removed');
    } finally {
      for (const path of paths) await host.run(['umount', path]);
    }
    await call('PUT');
    await expectPings();
    await expectAsBefore('wg back');
  });

  test('a full disk below the state directory keeps nothing from connecting, and what cannot be kept is reported', async () => {
    await host.run(['mount', '-t', 'tmpfs', '-o', 'size=4k', 'full', '/var/lib/homing']);
    try {
      await host.exec(['dd', 'if=/dev/zero', 'of=/var/lib/homing/fill', 'bs=4096', 'count=2']);
      await call('PUT');
      await expectPings();
      const { timeline } = await laptop.status();
      expect(timeline.map(({ reason }) => reason).join('\n')).toContain('ENOSPC');
      await call('DELETE');
    } finally {
      await host.run(['umount', '/var/lib/homing']);
    }
    await expectAsBefore('a full disk');
  });

  test('a full disk below the journal refuses to connect, changes nothing, and connects once there is room', async () => {
    await laptop.stopHelper();
    await host.run(['mkdir', '-p', '/run/homing']);
    await host.run(['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=755', 'full', '/run/homing']);
    await laptop.startHelper();
    await host.exec(['dd', 'if=/dev/zero', 'of=/run/homing/fill', 'bs=1024', 'count=100']);
    const before = await host.snapshot();
    await expect(call('PUT')).rejects.toThrow(/ENOSPC/);
    expect(await tunnelState()).not.toBe('connected');
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
    await host.run(['rm', '/run/homing/fill']);
    await call('PUT');
    await expectPings();
    await call('DELETE');
    await laptop.stopHelper();
    await host.run(['umount', '/run/homing']);
    await laptop.startHelper();
    await call('PUT');
    await expectPings();
    await expectAsBefore('a full disk below the journal');
  });

  test('a read-only /etc connects without names and says so; nothing is left', async () => {
    await host.run(['mount', '--bind', '/etc', '/etc']);
    await host.run(['mount', '-o', 'remount,bind,ro', '/etc']);
    try {
      await call('PUT');
      const { tunnel } = await laptop.status();
      expect(tunnel).toMatchObject({ state: 'connected', hosts: { problem: { title: expect.any(String) } } });
      await call('DELETE');
    } finally {
      await host.run(['umount', '/etc']);
    }
    await expectAsBefore('a read-only /etc');
  });

  test.runIf(fakeTime !== undefined)(
    'a clock that is stepped forward and back disturbs nothing',
    { timeout: 90_000 },
    async () => {
      await laptop.stopHelper();
      await host.writeFile('/tmp/clock', '+1y\n', 0o644);
      const environment = {
        LD_PRELOAD: fakeTime ?? '',
        FAKETIME_TIMESTAMP_FILE: '/tmp/clock',
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const argv = [...laptop.helperCommand, '--uid', `${laptop.user.uid}`];
      const helper = await host.spawn(argv, { env: environment });
      await helper.stderr.waitFor(/listening at/, 15_000);
      const { startedAt } = (await laptop.status()).helper;
      expect(Date.parse(startedAt), 'the clock is stepped').toBeGreaterThan(Date.now() + 300 * 86_400_000);
      await call('PUT');
      for (const step of ['+1d', '-1d', '+10y', '+0']) {
        await host.writeFile('/tmp/clock', `${step}\n`, 0o644);
        expect((await rawCall(host, 'POST', '/v1/probe', '{}')).status, step).toBe(200);
        await expectPings();
        expect(await tunnelState(), step).toBe('connected');
      }
      await call('DELETE');
      await helper.stop();
      await host.run(['rm', '/tmp/clock']);
      await laptop.startHelper();
      await expectAsBefore('a stepped clock');
    },
  );

  test(`everything continues after being stopped for ${standstillMs / 1_000} seconds`, {
    timeout: standstillMs + 60_000,
  }, async () => {
    await call('PUT');
    await expectPings();
    await signalWireGuard(host, 'STOP');
    laptop.helper.kill('SIGSTOP');
    await sleep(standstillMs);
    await signalWireGuard(host, 'CONT');
    laptop.helper.kill('SIGCONT');
    expect(await tunnelState()).toBe('connected');
    await expectPings();
    await expectAsBefore('stopped and continued');
  });

  test('an interface with the name in the journal that has another key stays', {
    timeout: 60_000,
  }, async () => {
    await call('PUT');
    await laptop.killHelper();
    await host.writeFile('/run/homing/journal.json', '{"version":9}', 0o600);
    await host.writeFile('/run/homing/interface', `${interfaceName} ${'A'.repeat(43)}=\n`, 0o600);
    await laptop.startHelper();
    expect(hasInterface()).toBe(true);
    const { timeline } = await laptop.status();
    expect(timeline.map(({ reason }) => reason).join()).toContain('has a key that is not Homing');
    await signalWireGuard(host, 'KILL');
    await host.exec(['ip', 'link', 'delete', interfaceName]);
    await host.exec(['rm', '-f', `/run/wireguard/${interfaceName}.sock`, `/run/homing/${interfaceName}.log`]);
    await expectAsBefore('a foreign interface');
  });
});

test('`homing import` killed at any instant leaves a store that works: without the network, or with all of it', {
  timeout: 180_000,
}, async () => {
  const { user } = laptop;
  const invite = await mesh.network.invite('laptop');
  await host.writeFile('/tmp/laptop.homing', invite);
  const store = '/tmp/crash-store';
  const environment = ['/usr/bin/env', `HOMING_CONFIG_DIR=${store}`];
  const outcomes: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    await host.exec(['rm', '-rf', store]);
    const importing = await host.spawn(
      [...environment, ...homingCommand, 'import', '/tmp/laptop.homing', '--yes'],
      { user },
    );
    await sleep(random.next() * 600);
    importing.kill('SIGKILL');
    await importing.exited;
    const listed = await host.exec([...environment, ...homingCommand, 'profiles', '--json'], { user });
    expect(listed.code, listed.stderr).toBe(0);
    const { profiles, damaged } = JSON.parse(listed.stdout) as { profiles: unknown[]; damaged?: unknown[] };
    expect(damaged ?? []).toEqual([]);
    outcomes.push(profiles.length);
    const again = await host.exec(
      [...environment, ...homingCommand, 'import', '/tmp/laptop.homing', '--yes'],
      { user },
    );
    expect(again.stdout + again.stderr).toMatch(/laptop|already imported/i);
  }
  console.log(`networks after each kill: ${outcomes.join(' ')}`);
});
