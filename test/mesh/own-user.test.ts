import { afterAll, beforeAll, expect, test } from 'vitest';
import { killSwitchUnit } from '../../helper/install/services/kill-switch-unit.ts';
import {
  capabilities,
  controlSocketUnit,
  hostsSocketUnit,
  hostsUnit,
  systemdRootUnit,
  systemdUnit,
} from '../../helper/install/services/systemd-unit.ts';
import { ownUser } from '../../shared/install/places.ts';
import type { HostUser } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { asOwnUser, ownUserId } from './support/own-user.ts';
import { rawCall, socketPath } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';

/**
 * The helper as a user of its own with the privileges of its unit, and root's writer of the hosts file, on real
 * WireGuard. The lab stands in for systemd's sockets (support/socket-unit.py).
 */

let mesh: SmallMesh;
let laptop: InstalledHost;
/** With the helper running and nothing connected. */
let before: Snapshot;
/** Another user of the laptop. */
let other: HostUser;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh([], 'linux', 'homing');
  laptop = mesh.laptop;
  other = await laptop.host.addUser('other', 1001);
  await laptop.startHelper();
  before = await laptop.host.snapshot();
});
afterAll(() => mesh?.destroy());

async function processesOfWriter(): Promise<readonly string[]> {
  const { stdout } = await laptop.host.exec(['pgrep', '-f', '^/opt/homing/bin/node .* hosts-writer$']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** It ends when nobody has connected for 2 s. */
async function untilWriterEnded(): Promise<void> {
  await expect.poll(processesOfWriter, { timeout: 15_000, interval: 200 }).toEqual([]);
}

/** The processes of systemd's stand-in are the lab's. */
async function expectNothingLeft(): Promise<void> {
  await untilWriterEnded();
  expect(diffSnapshots(before, await laptop.host.snapshot())).toEqual([]);
}

const statusOf = (pid: number | string) => laptop.host.readFile(`/proc/${pid}/status`);

test('the helper is no root: its user, two capabilities, no way to more', async () => {
  const status = await statusOf(laptop.helper.pid);
  expect(status).toMatch(new RegExp(`Uid:\\t${ownUserId}\\t${ownUserId}\\t${ownUserId}\\t`));
  // Bits 12 and 13 of linux/capability.h: NET_ADMIN and NET_RAW.
  for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'])
    expect(status).toMatch(new RegExp(`Cap${set}:\\t0*3000\n`));
  expect(status).toMatch(/NoNewPrivs:\t1\n/);
});

test('it connects, names resolve, packets pass, and all is as before after down', async () => {
  await laptop.mustHoming(['up']);
  expect((await ping(laptop.host, `nas.${smallMesh.network}`, { count: 3 })).received).toBe(3);
  const [writer = ''] = await processesOfWriter();
  // The writer is root, and can do nothing but what root's files allow root.
  expect(await statusOf(writer)).toMatch(/Uid:\t0\t[\s\S]*CapEff:\t0*\n[\s\S]*CapBnd:\t0*\n/);
  await laptop.mustHoming(['down']);
  await expectNothingLeft();
});

test('wireguard-go has the socket of its directory, and no descriptor of the helper’s', async () => {
  await laptop.mustHoming(['up']);
  const pid = (await laptop.host.run(['pgrep', '-x', 'wireguard-go'])).trim();
  expect(await statusOf(pid)).toMatch(new RegExp(`Uid:\\t${ownUserId}\\t`));
  const open = await laptop.host.run(['ls', '-l', `/proc/${pid}/fd`]);
  const listening = await laptop.host.run(['/bin/sh', '-c', `grep ' ${socketPath}$' /proc/net/unix`]);
  const inode = listening.trim().split(/\s+/)[6] ?? '';
  expect(inode).toMatch(/^\d+$/);
  expect(open).not.toContain(`socket:[${inode}]`);
});

test('killed, it adopts the tunnel, and removes it later', async () => {
  await laptop.killHelper();
  await laptop.startHelper();
  expect((await laptop.status()).tunnel).toMatchObject({ state: 'connected', adopted: true });
  expect((await ping(laptop.host, `nas.${smallMesh.network}`, { count: 3 })).received).toBe(3);
  await laptop.mustHoming(['down']);
  await expectNothingLeft();
});

test('killed at once with its writer while names are written, the next start repairs the hosts file', async () => {
  const original = await laptop.host.readFile('/etc/hosts');
  // As a writer leaves it that was killed between its draft and the rename.
  await laptop.mustHoming(['up']);
  await laptop.host.writeFile('/etc/.hosts.homing', 'half');
  const [writer = ''] = await processesOfWriter();
  await laptop.host.exec(['kill', '-KILL', writer]);
  await laptop.killHelper();
  await laptop.host.run(['ip', 'link', 'delete', smallMesh.interfaceName]);
  await laptop.startHelper();
  expect(await laptop.host.readFile('/etc/hosts')).toBe(original);
  expect((await laptop.host.exec(['ls', '/etc/.hosts.homing'])).code).not.toBe(0);
  expect((await laptop.status()).tunnel.state).toBe('off');
});

test('without its writer it connects, says what is missing, and disconnects when the writer is back', async () => {
  await laptop.host.run(['mv', ownUser.hostsSocket, `${ownUser.hostsSocket}.away`]);
  await laptop.mustHoming(['up']);
  expect(await laptop.mustHoming(['status'])).toContain('homing-hosts');
  await laptop.host.run(['mv', `${ownUser.hostsSocket}.away`, ownUser.hostsSocket]);
  await laptop.mustHoming(['down']);
  await expectNothingLeft();
});

test('a taken helper cannot write the hosts file, put a socket in place of its own, or change an approval', async () => {
  const as = (...command: string[]) => laptop.host.exec([...asOwnUser(), ...command]);
  await laptop.host.run(['mkdir', '-p', '/var/lib/homing/allowed-networks']);
  const attempts = [
    ['sh', '-c', 'echo "10.0.0.1 evil" >> /etc/hosts'],
    ['sh', '-c', 'echo x > /etc/.hosts.homing'],
    ['rm', socketPath],
    ['mv', socketPath, `${socketPath}.away`],
    ['mv', '/run/homing/helper', '/run/homing/aside'],
    ['touch', '/var/lib/homing/ask-administrator'],
    ['touch', '/var/lib/homing/allowed-networks/x'],
    ['mv', '/var/lib/homing/helper', '/var/lib/homing/aside'],
    ['cat', '/etc/shadow'],
    ['kill', '-0', '1'],
  ];
  for (const attempt of attempts) expect([attempt, (await as(...attempt)).code]).not.toEqual([attempt, 0]);
});

test('the control socket is the laptop’s user’s, the writer’s the helper’s', async () => {
  const owners = await laptop.host.run([
    ...['stat', '-c', '%n %u %a', '/run/homing', socketPath, ownUser.hostsSocket],
  ]);
  expect(owners.trim().split('\n')).toEqual([
    '/run/homing 0 755',
    `${socketPath} ${laptop.user.uid} 600`,
    `${ownUser.hostsSocket} ${ownUserId} 600`,
  ]);
  const talk = 'import socket,sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])';
  const attempt = (user: HostUser, path: string) => laptop.host.exec(['python3', '-c', talk, path], { user });
  expect((await attempt(other, socketPath)).stderr).toContain('PermissionError');
  expect((await attempt(laptop.user, ownUser.hostsSocket)).stderr).toContain('PermissionError');
  expect((await attempt(laptop.user, socketPath)).code).toBe(0);
});

test('a network that an administrator allows connects, whatever umask the administrator has', async () => {
  await laptop.host.writeFile('/var/lib/homing/ask-administrator', '', 0o600);
  const { stderr } = await laptop.homing(['up']);
  const command = /run: sudo (.*)\n/.exec(stderr)?.[1] ?? '';
  await laptop.host.run(['/bin/sh', '-c', `umask 077; ${command}`]);
  await laptop.mustHoming(['up']);
  await laptop.mustHoming(['down']);
  await laptop.host.run([
    'rm',
    '-r',
    '/var/lib/homing/ask-administrator',
    '/var/lib/homing/allowed-networks',
  ]);
});

test('the kill switch holds when the helper is killed, and the rules for the next boot are its own file', async () => {
  await laptop.mustHoming(['up']);
  await laptop.mustHoming(['kill-switch', 'on']);
  expect((await ping(laptop.host, smallMesh.nas, { count: 1 })).received).toBe(0);
  expect((await ping(laptop.host, `nas.${smallMesh.network}`, { count: 2 })).received).toBe(2);
  await laptop.killHelper();
  expect((await ping(laptop.host, smallMesh.nas, { count: 1 })).received).toBe(0);
  const rules = `${ownUser.stateDirectory}/kill-switch.nft`;
  expect((await laptop.host.run(['stat', '-c', '%u %a', rules])).trim()).toBe(`${ownUserId} 600`);
  // As homing-kill-switch.service does.
  await laptop.host.run(['nft', 'flush', 'ruleset']);
  await laptop.host.run([...asOwnUser(['CAP_NET_ADMIN']), '/usr/sbin/nft', '-f', rules]);
  expect((await ping(laptop.host, smallMesh.nas, { count: 1 })).received).toBe(0);
  await laptop.startHelper();
  await laptop.mustHoming(['kill-switch', 'off']);
  await laptop.mustHoming(['down']);
  await expectNothingLeft();
});

test('it writes the settings of the kernel’s network that it needs', async () => {
  const setting = '/proc/sys/net/ipv4/conf/all/src_valid_mark';
  await laptop.host.run([
    ...asOwnUser(),
    'sh',
    '-c',
    `v=$(cat ${setting}); echo 1 >${setting}; echo $v >${setting}`,
  ]);
});

test('without CAP_NET_RAW Debian’s ping does not start, with it it does', async () => {
  const pings = (kept: readonly string[]) =>
    laptop.host.exec([...asOwnUser(kept), '/usr/bin/ping', '-c', '1', '-I', 'eth0', smallMesh.nas]);
  expect((await pings(capabilities)).code).toBe(0);
  expect((await pings(['CAP_NET_ADMIN'])).code).not.toBe(0);
});

test('without CAP_NET_ADMIN the helper does not start, and says why', async () => {
  const helper = [...asOwnUser(['CAP_NET_RAW']), ...laptop.helperCommand];
  const { code, stderr } = await laptop.host.exec(helper);
  expect([code, stderr]).toEqual([1, expect.stringContaining('without CAP_NET_ADMIN')]);
});

test('stopped, it takes the tunnel down through its writer', async () => {
  const original = before.hostsFile;
  await laptop.mustHoming(['up']);
  await laptop.stopHelper();
  await untilWriterEnded();
  expect(await laptop.host.readFile('/etc/hosts')).toBe(original);
  expect((await laptop.host.run(['ls', ownUser.runtimeDirectory])).trim()).toBe('');
  expect(await laptop.host.exec(['ip', 'link', 'show', smallMesh.interfaceName])).toMatchObject({ code: 1 });
  await expect(rawCall(laptop.host, 'GET', '/v1/status')).rejects.toThrow();
});

const service = { program: '/bin/true', uid: 1000 };
const units = {
  'homing-helper.service': systemdUnit(service),
  'homing-helper.socket': controlSocketUnit(service),
  'homing-hosts.service': hostsUnit(service),
  'homing-hosts.socket': hostsSocketUnit(),
  'homing-kill-switch.service': killSwitchUnit('/bin/true'),
};

test.each(Object.keys(units))('systemd knows every word of %s', async (name) => {
  const { host } = mesh.laptop;
  for (const [file, text] of Object.entries(units)) await host.writeFile(`/tmp/units/${file}`, text);
  const { stdout, stderr, code } = await host.exec([
    '/usr/bin/systemd-analyze',
    'verify',
    `/tmp/units/${name}`,
  ]);
  expect(`${stdout}${stderr}`).not.toMatch(/Unknown|Failed to parse|Invalid|ignoring/i);
  expect(code).toBe(0);
});

/** The score of `systemd-analyze security`: 0 is fully sandboxed, 10 unrestricted. */
async function exposureOf(name: string, text: string): Promise<number> {
  const path = `/tmp/score/${name}`;
  await mesh.laptop.host.writeFile(path, text);
  const analyze = ['/usr/bin/systemd-analyze', 'security', '--offline=true', '--no-pager', path];
  const { stdout } = await mesh.laptop.host.exec(analyze);
  return Number(/exposure level for \S+: (\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? Number.NaN);
}

test('a user of its own exposes less than root', async () => {
  const own = await exposureOf('homing-own.service', systemdUnit(service));
  expect(own).toBeLessThan(2);
  expect(own).toBeLessThan(await exposureOf('homing-root.service', systemdRootUnit(service)));
  expect(await exposureOf('homing-hosts.service', hostsUnit(service))).toBeLessThan(1);
});
