import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Switch } from '../lab/fabric.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Link } from '../lab/link.ts';
import { ping } from '../lab/ping.ts';
import { PingStream } from '../lab/ping-stream.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from './require-lab.ts';

let lab: Lab;
let near: Host;
let far: Host;
let lan: Switch;
let other: Switch;
let link: Link;

const far4 = '192.0.2.2';
const far6 = '2001:db8::2';

beforeAll(requireLab);
beforeEach(async () => {
  await lab?.destroy();
  lab = await createLab();
  [lan, other, near, far] = await Promise.all([
    lab.addSwitch('lan'),
    lab.addSwitch('other'),
    lab.addHost('near'),
    lab.addHost('far'),
  ]);
  await lab.plug(far, lan, { interfaceName: 'eth0', addresses: [`${far4}/24`, `${far6}/64`] });
  link = await lab.plug(near, lan, {
    interfaceName: 'eth0',
    addresses: ['192.0.2.1/24', '2001:db8::1/64'],
    gateways: [far4, far6],
    metric: 100,
  });
});
afterAll(() => lab?.destroy());

test('addresses of both families work at once', async () => {
  expect((await ping(near, far6)).received).toBe(3);
  expect((await ping(near, far4)).received).toBe(3);
});

test.each([0, 2])(
  'unplug takes carrier, addresses, routes; restore brings them back (delay %i ms)',
  async (delayMs) => {
    await link.setDelay(delayMs);
    const before = await near.snapshot();
    await link.unplug();
    expect(await near.run(['cat', '/sys/class/net/eth0/carrier'])).toBe('0\n');
    expect(await near.run(['ip', 'address', 'show', 'dev', 'eth0', 'scope', 'global'])).toBe('');
    expect(await near.run(['ip', '-4', 'route', 'show', 'dev', 'eth0'])).toBe('');
    expect(await near.run(['ip', '-6', 'route', 'show', 'dev', 'eth0'])).not.toMatch(/default|2001/);
    expect((await ping(near, far4, { timeoutMs: 100 })).received).toBe(0);
    await link.restore();
    expect((await ping(near, far4)).received).toBe(3);
    await sleep(50);
    expect(diffSnapshots(before, await near.snapshot())).toEqual([]);
  },
);

test('carrierDown leaves addresses', async () => {
  await link.carrierDown();
  expect(await near.run(['cat', '/sys/class/net/eth0/carrier'])).toBe('0\n');
  expect(await near.run(['ip', 'address', 'show', 'dev', 'eth0'])).toContain('192.0.2.1/24');
  expect((await ping(near, far4, { timeoutMs: 100 })).received).toBe(0);
});

test.each([0, 2])('silence stops everything and keeps the carrier (delay %i ms)', async (delayMs) => {
  await link.setDelay(delayMs);
  expect((await ping(near, far4)).received).toBe(3);
  await link.silence();
  expect((await ping(near, far4, { timeoutMs: 100 })).received).toBe(0);
  expect((await ping(far, '192.0.2.1', { timeoutMs: 100 })).received).toBe(0);
  expect(await near.run(['cat', '/sys/class/net/eth0/carrier'])).toBe('1\n');
  await link.restore();
  expect((await ping(near, far4, { count: 10 })).received).toBeGreaterThan(0);
});

test('a link moves to another switch with other addresses', async () => {
  const away = await lab.addHost('away');
  await lab.plug(away, other, { interfaceName: 'eth0', addresses: ['198.51.100.1/24'] });
  await link.moveTo(other, { addresses: ['198.51.100.7/24'], gateways: ['198.51.100.1'] });
  expect((await ping(near, '198.51.100.1')).received).toBe(3);
  expect((await ping(near, far4, { timeoutMs: 100 })).received).toBe(0);
  expect(await near.run(['ip', 'route'])).not.toContain('192.0.2.');
  expect(await near.run(['ip', '-6', 'route'])).not.toContain('2001:');
  expect(link.switch).toBe(other);
});

test('a delay is added to each direction with less than 2 ms of jitter, and can be changed', async () => {
  await link.setDelay(20);
  await ping(near, far4);
  const slow = await ping(near, far4, { count: 100, intervalMs: 10 });
  expect(slow.received).toBe(100);
  expect(Math.min(...slow.roundTripsMs)).toBeGreaterThanOrEqual(40);
  expect(median(slow.roundTripsMs)).toBeLessThan(42);
  expect(percentile(slow.roundTripsMs, 0.95)).toBeLessThan(44);
  await link.setDelay(5);
  const faster = await ping(near, far4, { count: 20 });
  expect(Math.min(...faster.roundTripsMs)).toBeGreaterThanOrEqual(10);
  expect(median(faster.roundTripsMs)).toBeLessThan(12);
});

test('a delayed link carries more than 2,000 packets/s in each direction at once without loss', async () => {
  await link.setDelay(20);
  const [nearEnd, farEnd] = await Promise.all([
    near.run([python, '-c', packetsScript, far4]),
    far.run([python, '-c', packetsScript, '192.0.2.1']),
  ]);
  for (const received of [nearEnd, farEnd]) expect(Number(received)).toBe(5_000);
});

test('a delayed link carries TCP intact and above 20 Mbit/s', async () => {
  await link.setDelay(5);
  const server = await far.spawn([python, '-c', receiveScript]);
  await server.stdout.waitFor(/^listening$/);
  await near.run([python, '-c', sendScript, far4], { timeoutMs: 20_000 });
  const [, bytes, sum, seconds] = (await server.stdout.waitFor(/^received/, 10_000)).split(' ');
  expect(Number(bytes)).toBe(10_000_000);
  expect(sum).toBe((await near.run([python, '-c', sumScript])).trim());
  expect((10 * 8) / Number(seconds)).toBeGreaterThan(20);
});

test('a ping stream measures how long nothing came through', async () => {
  const stream = await PingStream.start(near, far4);
  await sleep(300);
  expect(stream.longestGapMs()).toBeLessThan(100);
  await link.silence();
  await sleep(500);
  await link.restore();
  await sleep(400);
  const records = await stream.stop();
  expect(stream.longestGapMs()).toBeGreaterThan(480);
  expect(stream.longestGapMs()).toBeLessThan(900);
  expect(records.filter(({ answeredAt }) => answeredAt === undefined).length).toBeGreaterThan(25);
});

const python = '/usr/bin/python3';

/** Sends 5,000 datagrams of 1,400 bytes in 2 s and prints how many of the other side's arrived. */
const packetsScript = [
  'import socket, sys, threading, time',
  's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
  's.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)',
  's.bind(("", 7000))',
  's.settimeout(1.5)',
  'def send():',
  '    time.sleep(0.5)',
  '    start = time.monotonic()',
  '    for number in range(5_000):',
  '        time.sleep(max(0, start + number * 0.0004 - time.monotonic()))',
  '        s.sendto(bytes(1_400), (sys.argv[1], 7000))',
  'threading.Thread(target=send).start()',
  'received = 0',
  'try:',
  '    while received < 5_000:',
  '        s.recv(2_000)',
  '        received += 1',
  'except TimeoutError:',
  '    pass',
  'print(received)',
].join('\n');

const payload = 'data = bytes(i * 7 % 251 for i in range(10_000)) * 1_000\n';
const sumScript = `import zlib\n${payload}print(zlib.crc32(data))`;
const sendScript = `import socket, sys\n${payload}s = socket.create_connection((sys.argv[1], 7000))\ns.sendall(data)\ns.close()`;
const receiveScript = [
  'import socket, time, zlib',
  's = socket.create_server(("", 7000))',
  'print("listening", flush=True)',
  'c, _ = s.accept()',
  'start, total, crc = time.monotonic(), 0, 0',
  'while data := c.recv(65536):',
  '    total += len(data)',
  '    crc = zlib.crc32(data, crc)',
  'print("received", total, crc, time.monotonic() - start, flush=True)',
].join('\n');

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}
