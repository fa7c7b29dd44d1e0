import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import { generateKeys } from '../lab/wireguard-host.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';
import { signalWireGuard } from './support/wireguard-process.ts';

/** What can be wrong on a Mac: each case ends with a sentence that has the next step, and leaves nothing. */

vi.setConfig({ testTimeout: 60_000 });

const program = '/usr/bin/wireguard-go';
let mesh: RoamingMesh;
let host: Host;
let installed: InstalledHost;
let before: Snapshot;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: [], system: 'macos' });
  ({ host, installed } = mesh.laptop);
  await host.run(['cp', program, `${program}.kept`]);
  before = await host.snapshot();
}, 60_000);
afterAll(() => mesh?.destroy());

async function replaceWireguardGo(script: string): Promise<void> {
  await host.run(['/bin/sh', '-c', 'printf "%s\\n" "#!/bin/sh" "$2" >"$1"', 'sh', program, script]);
}

async function expectRefusal(cause: RegExp, remedy: RegExp): Promise<void> {
  const { code, stderr } = await installed.homing(['up']);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(cause);
  expect(stderr).toMatch(remedy);
  expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  expect((await host.run(['ls', '/run/homing'])).split('\n')).not.toContain('hm-wgnet.name');
}

test('wireguard-go is missing', async () => {
  await host.run(['rm', program]);
  await expectRefusal(/wireguard-go was not found/, /comes with the app.*Set up Homing/s);
});

test('wireguard-go is another program, or one that another user could have changed', async () => {
  await replaceWireguardGo('echo "unknown option: -f" >&2; exit 2');
  await host.run(['chmod', '755', program]);
  await expectRefusal(/unknown option: -f/, /wireguard-go --version/);
  await replaceWireguardGo('exec sleep 60');
  await expectRefusal(/did not start/, /wireguard-go --version/);
  await host.run(['chmod', '777', program]);
  await expectRefusal(/others than root can change it/, /comes with the app.*Set up Homing/s);
});

test('the first numbers of utun belong to other programs, which keep them', async () => {
  await host.run(['cp', '--remove-destination', `${program}.kept`, program]);
  await host.run(['ip', 'tuntap', 'add', 'utun4', 'mode', 'tun']);
  await installed.mustHoming(['up']);
  expect(await installed.deviceOf('hm-wgnet')).toBe('utun5');
  await installed.mustHoming(['down']);
  await host.run(['ip', 'tuntap', 'del', 'utun4', 'mode', 'tun']);
  expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
});

test('wireguard-go is killed: the tunnel comes back by connecting again', async () => {
  await installed.mustHoming(['up']);
  await signalWireGuard(host, 'KILL');
  await installed.mustHoming(['up']);
  await mesh.laptop.untilPath('nas', 'lan');
  expect((await ping(host, 'nas.wgnet')).received).toBe(3);
  await installed.mustHoming(['down']);
  expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
});

test('route -n monitor ends: it is started again, and the tunnel continues', async () => {
  await installed.mustHoming(['up']);
  const monitor = '/opt/macos/programs/route-monitor.py';
  const pids = (await host.run(['pgrep', '-f', monitor])).trim().split('\n');
  await host.run(['kill', '-KILL', ...pids]);
  await expect.poll(async () => (await host.exec(['pgrep', '-f', monitor])).code, { timeout: 5_000 }).toBe(0);
  expect((await mesh.laptop.untilPath('nas', 'lan')).path).toBe('lan');
  await installed.mustHoming(['down']);
});

test('another VPN has the halves of the default route: the exit is refused, and the VPN stays', async () => {
  const keys = [await generateKeys(host), await generateKeys(host)];
  const conf = `${installed.user.home}/provider.conf`;
  await host.writeFile(
    conf,
    `[Interface]\nPrivateKey = ${keys[0]?.privateKey}\nAddress = 10.66.0.2/32\n\n[Peer]\n# vps\nPublicKey = ${keys[1]?.publicKey}\nAllowedIPs = 0.0.0.0/0\nEndpoint = ${at.dataCentre.vps}:51820\n`,
    0o644,
  );
  await installed.mustHoming(['import', conf, '--yes']);
  // With a carrier, unlike a tun device that no program holds.
  await host.run(['ip', 'link', 'add', 'utun4', 'type', 'veth', 'peer', 'name', 'vpn0']);
  for (const device of ['vpn0', 'utun4']) await host.run(['ip', 'link', 'set', device, 'up']);
  for (const half of ['0.0.0.0/1', '128.0.0.0/1'])
    await host.run(['ip', 'route', 'add', half, 'dev', 'utun4']);
  const withVpn = await host.snapshot();
  const { code, stderr } = await installed.homing(['up', 'provider']);
  expect([code === 0, stderr]).toEqual([false, expect.stringContaining('Another VPN carries all traffic')]);
  expect(stderr).toContain('Disconnect the other VPN');
  expect(diffSnapshots(withVpn, await host.snapshot())).toEqual([]);
});
