import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from './require-lab.ts';

let lab: Lab;
let host: Host;

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  host = await lab.addHost('box');
});
afterAll(() => lab?.destroy());

test('a host has its own name, loopback, and empty folders', async () => {
  expect(await host.run(['hostname'])).toBe('box\n');
  expect(await host.run(['ls', '/sys/class/net'])).toBe('lo\n');
  expect(
    await host.run(['ls', '-A', '/root', '/home', '/tmp', '/var/lib/homing', '/var/run/wireguard']),
  ).not.toMatch(/^[^/\n]/m);
  expect(await host.run(['getent', 'hosts', 'box'])).toContain('127.0.1.1');
});

test('/etc/hosts can be replaced by a rename, and the machine keeps its own', async () => {
  const machines = await readFile('/etc/hosts', 'utf8');
  await host.writeFile('/etc/hosts.new', '127.0.0.1 localhost renamed\n');
  await host.run(['mv', '/etc/hosts.new', '/etc/hosts']);
  expect(await host.readFile('/etc/hosts')).toBe('127.0.0.1 localhost renamed\n');
  expect(await readFile('/etc/hosts', 'utf8')).toBe(machines);
});

test('an unknown name fails at once', async () => {
  const start = performance.now();
  expect((await host.exec(['getent', 'hosts', 'nowhere.example'])).code).not.toBe(0);
  expect(performance.now() - start).toBeLessThan(500);
});

test('files of the machine that are not bound in are read only', async () => {
  expect((await host.exec(['touch', '/usr/lab-was-here'])).stderr).toContain('Read-only');
  expect((await host.exec(['touch', '/srv/outside/lab-was-here'])).stderr).toContain('Read-only');
});

test('an unprivileged user runs the mounted node though its folder is closed to others', async () => {
  const closed = await mkdtemp(join(tmpdir(), 'closed-'));
  try {
    const dist = join(closed, 'dist');
    await mkdir(dist);
    await writeFile(join(dist, 'hello.mjs'), 'console.log(process.getuid(), process.env.HOME);');
    const guest = await lab.addHost('guest');
    await guest.mountProduct({ node: process.execPath, dist });
    const user = await guest.addUser('user', 1_000);
    expect((await guest.exec(['touch', '/opt/homing/lib/x'])).code).not.toBe(0);
    expect(await guest.run(['id', '-un'], { user })).toBe('user\n');
    expect(await guest.run(['sh', '-c', 'cd; touch mine; ls'], { user })).toBe('mine\n');
    expect((await guest.exec(['ip', 'link', 'set', 'lo', 'down'], { user })).code).not.toBe(0);
    expect((await guest.exec(['ls', '/srv'], { user })).code).not.toBe(0);
    const hello = ['/opt/homing/bin/node', '/opt/homing/lib/hello.mjs'];
    expect(await guest.run(hello, { user })).toBe('1000 /home/user\n');
  } finally {
    await rm(closed, { recursive: true });
  }
});

test('exec feeds input, passes exit status and signals on, and kills what takes too long', async () => {
  expect(await host.run(['cat'], { input: 'fed' })).toBe('fed');
  expect((await host.exec(['sh', '-c', 'exit 7'])).code).toBe(7);
  await expect(host.run(['sh', '-c', 'echo broken >&2; exit 1'])).rejects.toThrow('broken');
  await expect(host.exec(['sleep', '77'], { timeoutMs: 100 })).rejects.toThrow('longer than 100 ms');
  expect(await host.run(['ps', '-e', '-o', 'args='])).not.toContain('sleep 77');
});

test('exec costs less than 15 ms', async () => {
  const start = performance.now();
  for (let round = 0; round < 20; round += 1) await host.run(['true']);
  expect((performance.now() - start) / 20).toBeLessThan(15);
});

test('a spawned process is read line by line, known by its pids, and stopped', async () => {
  const child = await host.spawn([
    'sh',
    '-c',
    'echo $$; echo two; read -r word; echo "got $word"; exec sleep 1000',
  ]);
  expect(await child.stdout.waitFor(/^\d+$/)).toBe(`${child.pid}`);
  child.write('this\n');
  expect(await child.stdout.waitFor(/^got/)).toBe('got this');
  expect(await readFile(`/proc/${child.outsidePid}/status`, 'utf8')).toMatch(
    new RegExp(`NSpid:.*\\t${child.pid}\\n`),
  );
  expect(await child.stop()).toBe(128 + 15);
  expect(child.stdout.lines.slice(1)).toEqual(['two', 'got this']);
});

test('a process that ends at once is spawned like any other', async () => {
  const child = await host.spawn(['sh', '-c', 'echo gone; exit 3']);
  expect(await child.exited).toBe(3);
  expect(await child.stdout.waitFor(/gone/)).toBe('gone');
});

test('snapshots are equal when nothing changed and name what did', async () => {
  const before = await host.snapshot();
  expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  await host.run(['sh', '-c', 'ip link add name hm0 type dummy 2>/dev/null || ip tuntap add hm0 mode tun']);
  await host.run([
    'sh',
    '-ec',
    'ip addr add 192.0.2.99/32 dev lo; ip rule add from 192.0.2.99 table 7; : >/run/left',
  ]);
  await host.run(['nft', 'add table inet left']);
  await host.writeFile('/etc/hosts', 'changed\n');
  const sleeping = await host.spawn(['sleep', '1000']);
  const changes = diffSnapshots(before, await host.snapshot()).join('\n');
  for (const word of [
    '+ link: ',
    'hm0',
    '+ address: ',
    '192.0.2.99',
    '+ rule: ',
    '+ firewall: table inet left',
  ]) {
    expect(changes).toContain(word);
  }
  for (const word of ['+ /etc/hosts: ', '+ process: sleep 1000', '+ file: /run/left'])
    expect(changes).toContain(word);
  await sleeping.stop();
});
