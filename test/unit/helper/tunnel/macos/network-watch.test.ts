import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Interfaces } from '../../../../../helper/tunnel/macos/links.ts';
import { NetworkWatch } from '../../../../../helper/tunnel/macos/network-watch.ts';
import type { RemovedLinks } from '../../../../../shared/paths/route.ts';

let directory: string;
let watch: NetworkWatch | undefined;
let interfaces: Interfaces;
const heard: RemovedLinks[] = [];

const own = (address: string): Interfaces[string] => [
  {
    address,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '02:00:00:00:00:01',
    internal: false,
    cidr: `${address}/24`,
  },
];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-watch-'));
  interfaces = { en0: own('192.168.1.42') };
  heard.length = 0;
});
afterEach(async () => {
  await watch?.stop();
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

/** Watches a program that replaces route(8). */
function start(script: string, nowMs = () => performance.now()): void {
  const program = join(directory, 'route');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  watch = new NetworkWatch({
    program,
    interfaces: () => interfaces,
    ownDevice: () => 'utun7',
    onChange: (losses) => void heard.push(losses),
    nowMs,
  });
}

const message = (type: string, rest: string) => `got message of size 100 on Thu Jun  4 10:08:05 2020
${type}: something: len 100, flags:<UP,DONE,STATIC>
${rest}
`;

test('an address that came back before the next reading still counts as lost', async () => {
  const lost = message(
    'RTM_DELADDR',
    'sockaddrs: <NETMASK,IFP,IFA,BRD>\n 255.255.255.0 en0 192.168.1.42 192.168.1.255',
  );
  start(`cat <<'END'\n${lost}\nEND\nexec sleep 60`);
  await vi.waitFor(() => expect(heard).toEqual([{ devices: [], addresses: ['192.168.1.42'] }]));
});

test('an interface that lost its carrier is identified by its number, and counts as lost although it is back', async () => {
  const [own4] = own('192.168.1.42') ?? [];
  const linkLocal = {
    address: 'fe80::1',
    netmask: 'ffff:ffff:ffff:ffff::',
    family: 'IPv6' as const,
    mac: '02:00:00:00:00:01',
    internal: false,
    cidr: 'fe80::1/64',
    scopeid: 6,
  };
  if (own4 !== undefined) interfaces = { en0: [own4, linkLocal] };
  const down = 'RTM_IFINFO: iface status change: len 112, if# 6, flags:<UP,BROADCAST,MULTICAST>';
  start(`printf '%s\\n' 'got message of size 112 on x' '${down}' '' ''; exec sleep 60`);
  await vi.waitFor(() => expect(heard).toEqual([{ devices: ['en0'], addresses: [] }]));
});

test('lookups, neighbours and flags of interfaces are no change while the interfaces are the same', async () => {
  const quiet = [
    message('RTM_MISS', 'sockaddrs: <DST>\n 198.51.100.9'),
    message('RTM_GET', 'sockaddrs: <DST>\n 198.51.100.9'),
    message('RTM_IFINFO', ''),
  ].join('\n');
  const last = message('RTM_ADD', 'sockaddrs: <DST,GATEWAY,NETMASK>\n 10.0.0.0 192.168.1.1 255.0.0.0');
  start(`cat <<'END'\n${quiet}\n${last}\nEND\nexec sleep 60`);
  await vi.waitFor(() => expect(heard.length).toBe(1));
});

test('a program that ends is restarted, and what it missed is read', async () => {
  start('exit 0');
  interfaces = {};
  await vi.waitFor(() => expect(heard[0]).toEqual({ devices: ['en0'], addresses: ['192.168.1.42'] }), {
    timeout: 3_000,
  });
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(1), { timeout: 3_000 });
});

test('one that prints nonsense is ended and started again', async () => {
  start(`head -c 200000 /dev/zero | tr '\\0' x; exec sleep 60`);
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), { timeout: 4_000 });
});

test('a change without a message is found by polling, and a late poll shows that the Mac slept', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let now = 0;
  start('exec sleep 60', () => now);
  now = 5_000;
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual([]);
  interfaces = { en0: own('192.168.1.43') };
  now = 10_000;
  vi.advanceTimersByTime(5_000);
  expect(heard).toEqual([{ devices: [], addresses: ['192.168.1.42'] }]);
  now = 3_600_000;
  vi.advanceTimersByTime(5_000);
  expect(heard.length).toBe(2);
});
