import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusSchema } from '../../shared/contract/status.ts';
import type { Host } from '../lab/host.ts';
import type { HostProcess } from '../lab/host-process.ts';
import { ping } from '../lab/ping.ts';
import { PingStream } from '../lab/ping-stream.ts';
import { kernelHasWireGuard } from '../lab/requirements.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { labSystem } from './support/lab-system.ts';
import { rawCall } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { storedProfile } from './support/stored-profile.ts';

const random = randomForTests();

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;
let originalHosts: Buffer;
/** The laptop with a helper and no tunnel. */
let idle: Snapshot;
let idleEtc: string;
/** The body of PUT /v1/tunnel. */
let connectBody: string;

/** With the kernel's WireGuard there is no wireguard-go that could end by itself. */
const onModule = kernelHasWireGuard();

const kills = 12;
const maxDelayMs = 200;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  // No final newline: the harder case for removing names.
  await host.writeFile('/etc/hosts', '127.0.0.1 localhost');
  originalHosts = await hostsFile();
  const { profile, privateKey } = await storedProfile(laptop);
  connectBody = JSON.stringify({ profile, privateKey });
  await laptop.startHelper();
  idle = await host.snapshot();
  idleEtc = await host.run(['ls', '-A', '/etc']);
});
afterAll(() => mesh?.destroy());

function hostsFile(): Promise<Buffer> {
  return readFile(host.outsidePath('/etc/hosts'));
}

async function connect(): Promise<void> {
  const { status, text } = await rawCall(host, 'PUT', '/v1/tunnel', connectBody);
  if (status !== 200) throw new Error(text);
}

async function disconnect(): Promise<void> {
  const { status, text } = await rawCall(host, 'DELETE', '/v1/tunnel');
  if (status !== 200) throw new Error(text);
}

/** What carries the tunnel: its interface, and without WireGuard in the kernel also the process behind it. */
async function carrier(): Promise<string> {
  const device = await laptop.deviceOf(smallMesh.interfaceName);
  const index = await host.run(['cat', `/sys/class/net/${device}/ifindex`]);
  return onModule ? index : `${index}${await host.run(['pgrep', '-x', 'wireguard-go'])}`;
}

/** A moment between 0 and 200 ms, spread over the kills and different for every seed. */
function moment(kill: number): number {
  return ((kill + random.next()) * maxDelayMs) / kills;
}

function diffLines(before: readonly string[], after: readonly string[]): string[] {
  return [...before, ...after].filter((line) => !(before.includes(line) && after.includes(line)));
}

async function tunnelState(): Promise<string> {
  return statusSchema.parse(JSON.parse((await rawCall(host, 'GET', '/v1/status')).text)).tunnel.state;
}

/** Kills the helper some time after a call was sent, restarts it, and returns its state. */
async function killDuring(call: Promise<unknown>, delayMs: number): Promise<string> {
  // A call that was cut off fails, a faster one succeeds; both are fine.
  const ended = call.catch(() => undefined);
  await sleep(delayMs);
  await laptop.killHelper();
  await ended;
  await laptop.startHelper();
  return tunnelState();
}

/** A ping that proves a move outlives a killed helper by a moment. */
async function expectIdle(what: string): Promise<void> {
  const left = async () => diffSnapshots(idle, await host.snapshot());
  await expect.poll(left, { message: what, timeout: 3_000, interval: 200 }).toEqual([]);
}

async function expectNothingLeft(what: string): Promise<void> {
  await disconnect();
  await expectIdle(what);
  expect((await hostsFile()).equals(originalHosts), what).toBe(true);
  expect(await host.run(['ls', '-A', '/etc']), what).toBe(idleEtc);
}

describe('a helper that is killed while connected', () => {
  test('leaves a tunnel that carries traffic, is adopted by the next helper, and is removed without a trace', async () => {
    await connect();
    const before = await laptop.until(
      'the controller was reached',
      ({ tunnel }) => tunnel.state === 'connected' && tunnel.controllers[0]?.latestHandshakeAt !== null,
    );
    const carriedBy = await carrier();
    const stream = await PingStream.start(host, `nas.${smallMesh.network}`);
    await sleep(200);
    await laptop.killHelper();
    await sleep(500);
    expect(await carrier()).toBe(carriedBy);
    await laptop.startHelper();
    const after = await laptop.status();
    await sleep(1_000);
    const records = await stream.stop();
    expect(records.filter(({ answeredAt }) => answeredAt === undefined)).toEqual([]);
    expect(records.length).toBeGreaterThan(100);
    expect(await carrier()).toBe(carriedBy);
    const { tunnel } = before;
    expect(after.tunnel).toMatchObject({
      state: 'connected',
      adopted: true,
      since: tunnel.state === 'connected' ? tunnel.since : '',
      listenPort: tunnel.state === 'connected' ? tunnel.listenPort : 0,
      hosts: { names: 2, problem: null },
    });
    expect(after.timeline.map(({ kind }) => kind)).toContain('adopted');
    await expectNothingLeft('after an adopted tunnel');
  });

  test('is followed by a helper that keeps deciding the paths of the adopted tunnel', async () => {
    await connect();
    await laptop.killHelper();
    await laptop.startHelper();
    await laptop.until(
      'the controller answers a probe of the new helper',
      ({ tunnel }) => tunnel.state === 'connected' && tunnel.controllers[0]?.probing === 'answers',
    );
    await expectNothingLeft('after probing an adopted tunnel');
  });

  test('is followed by a helper that restores settings of the interface that were lost meanwhile', async () => {
    await connect();
    const device = await laptop.deviceOf(smallMesh.interfaceName);
    const dressed = (await host.snapshot()).routes;
    await laptop.killHelper();
    await host.run(['ip', 'link', 'set', device, 'down']);
    await host.run(['ip', 'link', 'set', device, 'up']);
    expect((await host.snapshot()).routes).not.toEqual(dressed);
    await laptop.startHelper();
    expect((await laptop.status()).tunnel).toMatchObject({ state: 'connected', adopted: true });
    expect(diffLines(dressed, (await host.snapshot()).routes)).toEqual([]);
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    await expectNothingLeft('after a repaired tunnel');
  });

  test('is followed by a helper that removes an adopted tunnel it cannot repair', async () => {
    await connect();
    await laptop.killHelper();
    const device = await laptop.deviceOf(smallMesh.interfaceName);
    await host.run(['sysctl', '-q', '-w', `net.ipv6.conf.${device}.disable_ipv6=1`]);
    await laptop.startHelper();
    const { tunnel, timeline } = await laptop.status();
    expect(tunnel.state).toBe('off');
    expect(timeline.map(({ kind }) => kind)).toEqual(['trouble', 'repaired']);
    await expectNothingLeft('after a tunnel that was not adopted');
  });

  test.skipIf(onModule)(
    'and whose wireguard-go ended too leaves nothing that the next start does not remove',
    async () => {
      await connect();
      await laptop.killHelper();
      await host.run(['pkill', '-KILL', '-x', 'wireguard-go']);
      await laptop.startHelper();
      const { tunnel, timeline } = await laptop.status();
      expect(tunnel.state).toBe('off');
      expect(timeline.map(({ kind }) => kind)).toContain('repaired');
      await expectIdle('after the repair');
      expect((await hostsFile()).equals(originalHosts)).toBe(true);
    },
  );

  test('and whose journal was damaged leaves only what the next start removes', async () => {
    await connect();
    await laptop.killHelper();
    await host.writeFile('/run/homing/journal.json', '{"version":1,"phase":"u', 0o600);
    await laptop.startHelper();
    expect((await laptop.status()).tunnel.state).toBe('off');
    await expectIdle('after the repair');
    expect((await hostsFile()).equals(originalHosts)).toBe(true);
  });
});

test(`kill -9 at ${kills} instants of connecting leaves only what the next start repairs`, async () => {
  const states: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const delayMs = moment(kill);
    states.push(await killDuring(connect(), delayMs));
    expect(['off', 'connected'], `killed after ${delayMs} ms`).toContain(states.at(-1));
    await expectNothingLeft(`killed ${delayMs} ms after it began to connect`);
  }
  console.log(`after kills while connecting: ${states.join(' ')}`);
});

describe('kill -9 at the very step of connecting at which', () => {
  const there = (path: string) => () => existsSync(host.outsidePath(path));
  const { interfaceName, network } = smallMesh;
  // The interface name that macOS assigns is not known beforehand.
  const isMac = labSystem === 'macos';
  const names = (folder: string) => readdirSync(host.outsidePath(folder)).join(' ');
  const isListening = () =>
    isMac ? /utun\d+\.sock/.test(names('/run/wireguard')) : there(`/run/wireguard/${interfaceName}.sock`)();
  const isInterfaceThere = () =>
    isMac ? /utun\d/.test(names('/sys/class/net')) : there(`/sys/class/net/${interfaceName}`)();
  const named = () => readFileSync(host.outsidePath('/etc/hosts'), 'latin1').includes(`.${network}`);
  const userspaceSteps: readonly (readonly [string, () => boolean])[] = [
    ['wireguard-go is started', () => there(`/run/homing/${interfaceName}.log`)()],
    ['wireguard-go listens', isListening],
  ];
  const steps: readonly (readonly [string, () => boolean])[] = [
    ['the journal is written', () => there('/run/homing/journal.json')()],
    ['the interface is there', isInterfaceThere],
    ['the names are written', named],
    ...(onModule ? [] : userspaceSteps),
  ];

  test.each(steps)('%s leaves only what the next start repairs', async (what, reached) => {
    // The next step follows within milliseconds: at once, and a little later.
    for (const laterMs of [0, 3, 8]) {
      const call = connect().catch(() => undefined);
      const deadline = Date.now() + 5_000;
      while (!reached() && Date.now() < deadline) await new Promise(setImmediate);
      expect(reached(), what).toBe(true);
      if (laterMs > 0) await sleep(laterMs);
      await laptop.killHelper();
      await call;
      await laptop.startHelper();
      expect(['off', 'connected'], what).toContain(await tunnelState());
      await expectNothingLeft(`killed ${laterMs} ms after ${what}`);
    }
  });
});

test(`kill -9 at ${kills} instants of disconnecting leaves only what the next start repairs`, async () => {
  const states: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const delayMs = moment(kill) / 2;
    await connect();
    states.push(await killDuring(disconnect(), delayMs));
    expect(['off', 'connected'], `killed after ${delayMs} ms`).toContain(states.at(-1));
    await expectNothingLeft(`killed ${delayMs} ms after it began to disconnect`);
  }
  console.log(`after kills while disconnecting: ${states.join(' ')}`);
});

test(`kill -9 at ${kills} instants of starting leaves only what the next start repairs`, async () => {
  for (let kill = 0; kill < kills; kill += 1) {
    await laptop.stopHelper();
    const delayMs = moment(kill) * 2;
    const starting = await host.spawn([...laptop.helperCommand, '--uid', `${laptop.user.uid}`]);
    await sleep(delayMs);
    starting.kill('SIGKILL');
    await starting.exited;
    await laptop.startHelper();
    await expectIdle(`killed ${delayMs} ms after its start`);
  }
});

describe('one helper at a time', () => {
  const startOne = (): Promise<HostProcess> =>
    host.spawn([...laptop.helperCommand, '--uid', `${laptop.user.uid}`]);

  test('a second helper is refused with the pid of the first, which keeps running', async () => {
    const second = await startOne();
    expect(await second.exited).toBe(1);
    expect(second.stderr.text).toContain(`Process ${laptop.helper.pid} `);
    expect(second.stderr.text).toMatch(/running already/);
    expect((await laptop.status()).helper.pid).toBe(laptop.helper.pid);
  });

  test.each([
    ['of a killed helper', undefined],
    ['whose number belongs to another process by now', '1 1\n'],
    ['that is empty', ''],
    ['that holds nonsense', '\u0000\u0001 what\n'],
  ])('a lock file %s does not block the next start', async (_, text) => {
    await laptop.killHelper();
    if (text !== undefined) await host.writeFile('/run/homing/helper.lock', text, 0o600);
    await laptop.startHelper();
    expect((await laptop.status()).tunnel.state).toBe('off');
  });

  test('of three started at the same time exactly one wins, even with a stale lock', async () => {
    for (const round of [1, 2, 3, 4]) {
      await laptop.killHelper();
      const started = await Promise.all([startOne(), startOne(), startOne()]);
      const listening = await Promise.all(
        started.map((program) =>
          program.stderr.waitFor(/listening at/, 10_000).then(
            () => true,
            () => false,
          ),
        ),
      );
      expect(listening.filter(Boolean).length, `round ${round}`).toBe(1);
      const winner = started[listening.indexOf(true)];
      expect((await laptop.status()).helper.pid).toBe(winner?.pid);
      await winner?.stop();
      await laptop.startHelper();
    }
  });
});
