import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { natRouter } from '../lab/router.ts';
import { createWorld, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { oneStory } from '../support/one-story.ts';
import { requireLab } from './require-lab.ts';

let world: World;

oneStory();

beforeAll(async () => {
  requireLab();
  world = await createWorld({ withMobile: true, publicDelayMs: 20 });
});
afterAll(() => world?.destroy());

test('at home the laptop reaches nas, desk and vps over the LAN, in both families', async () => {
  await world.moveLaptop('home');
  for (const target of [
    at.private.nas,
    at.private.desk,
    at.dataCentre.vps,
    at.home6.nas,
    at.dataCentre.vps6,
  ]) {
    const { received, roundTripsMs } = await ping(world.laptop, target);
    expect([target, received]).toEqual([target, 3]);
    expect(roundTripsMs[2]).toBeLessThan(10);
  }
});

test('no host outside reaches the private subnet', async () => {
  expect((await ping(world.host('vps'), at.private.nas, { timeoutMs: 100 })).received).toBe(0);
});

test("the forwarded port reaches nas from the internet with the sender's public address", async () => {
  const heard = await udpRoundTrip(world.nas, world.host('vps'), at.internet.home);
  expect(heard).toBe(at.dataCentre.vps);
});

test('the pinhole reaches nas by IPv6, other ports do not', async () => {
  expect(await udpRoundTrip(world.nas, world.host('vps'), at.home6.nas)).toBe(at.dataCentre.vps6);
  expect((await ping(world.host('vps'), at.home6.nas, { timeoutMs: 100 })).received).toBe(0);
});

test('a host at home reaches the public address only on a router with hairpin', async () => {
  await world.moveLaptop('home');
  expect(await udpRoundTrip(world.nas, world.host('desk'), at.internet.home)).toBe('nothing');
  const nat = {
    inside: 'lan0',
    outside: 'wan0',
    forwards: [{ protocol: 'udp' as const, port: 51_820, to: `${at.private.nas}:51820` }],
  };
  await natRouter(world.homeRouter, { ...nat, hairpin: true });
  expect(await udpRoundTrip(world.nas, world.host('desk'), at.internet.home)).toBe(at.private.router);
  await natRouter(world.homeRouter, { ...nat, hairpin: false });
});

test('in the café another host answers at the same private address, and home is 40 ms away', async () => {
  await world.moveLaptop('cafe');
  expect((await ping(world.laptop, at.private.nas)).received).toBe(3);
  const { roundTripsMs } = await ping(world.laptop, at.internet.home, { count: 10 });
  expect(Math.min(...roundTripsMs)).toBeGreaterThanOrEqual(40);
  expect(Math.min(...roundTripsMs)).toBeLessThan(43);
  expect(await udpRoundTrip(world.nas, world.laptop, at.internet.home)).toBe(at.internet.cafe);
});

test('in the hotel no host has the private address of nas', async () => {
  await world.moveLaptop('hotel');
  expect((await ping(world.laptop, at.private.nas, { timeoutMs: 100 })).received).toBe(0);
  expect(await udpRoundTrip(world.nas, world.laptop, at.internet.home)).toBe(at.internet.hotel);
});

test('nowhere, the mobile network takes over', async () => {
  await world.moveLaptop('nowhere');
  expect(await udpRoundTrip(world.nas, world.laptop, at.internet.home)).toBe(at.internet.mobile);
  expect((await ping(world.laptop, at.dataCentre.vps6)).received).toBe(3);
});

test('a small world says which part it lacks', async () => {
  const small = await createWorld({ parts: [] });
  onTestFinished(() => small.destroy());
  expect((await ping(small.laptop, at.private.nas)).received).toBe(3);
  expect(() => small.host('vps')).toThrow('without "vps"');
  await expect(small.moveLaptop('cafe')).rejects.toThrow('without "cafe"');
});

test('the whole world is built in less than 5 s, also on a busy machine', async () => {
  const start = performance.now();
  const whole = await createWorld({ withMobile: true, publicDelayMs: 20 });
  onTestFinished(() => whole.destroy());
  expect(performance.now() - start).toBeLessThan(5_000);
});

/** Sends a datagram to port 51820 and waits for the answer; returns the address the server heard it from. */
async function udpRoundTrip(server: Host, client: Host, to: string): Promise<string> {
  const listening = await server.spawn(['/usr/bin/python3', '-c', echoScript]);
  try {
    await listening.stdout.waitFor(/^listening$/);
    return (await client.run(['/usr/bin/python3', '-c', askScript, to])).trim();
  } finally {
    await listening.stop();
  }
}

/** Reports to every sender the address it is received from. */
const echoScript = [
  'import socket',
  's = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)',
  's.bind(("::", 51820))',
  'print("listening", flush=True)',
  'while True:',
  '    _, sender = s.recvfrom(100)',
  '    s.sendto(sender[0].replace("::ffff:", "").encode(), sender)',
].join('\n');

const askScript = [
  'import socket, sys',
  'to = sys.argv[1]',
  's = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)',
  's.settimeout(0.3)',
  's.connect((to, 51820))',
  'for attempt in range(3):',
  '    s.send(b"who am I")',
  '    try:',
  '        print(s.recv(100).decode())',
  '        break',
  '    except OSError:',
  '        continue',
  'else:',
  '    print("nothing")',
].join('\n');
