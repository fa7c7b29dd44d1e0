import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { ping } from '../lab/ping.ts';
import { stopController } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { AuthoredNetwork } from './support/authored-network.ts';
import { InstalledHost } from './support/installed-host.ts';

/**
 * A network with IPv4, and behind its controller a LAN whose printer has no route to the members. The output of
 * `render` is applied unchanged: by the real wg-quick, and the sysctl and nft text of the other two formats by sysctl
 * and nft.
 */

const networkName = 'wgnet';
const routed = '192.168.77.0/24';
const at = {
  nas: '192.0.2.10',
  laptop: '192.0.2.50',
  nasInside: '192.168.77.1',
  printer: '192.168.77.9',
  nasElsewhere: '192.168.78.1',
  safe: '192.168.78.9',
} as const;

let lab: Lab;
let nas: Host;
let printer: Host;
let safe: Host;
let laptop: InstalledHost;
let network: AuthoredNetwork;

oneStory();

beforeAll(async () => {
  requireLab();
  lab = await createLab();
  const [internet, inside, elsewhere] = await Promise.all(
    ['internet', 'inside', 'elsewhere'].map((name) => lab.addSwitch(name)),
  );
  if (internet === undefined || inside === undefined || elsewhere === undefined)
    throw new Error('no switches');
  const [nasHost, laptopHost, printerHost, safeHost] = await Promise.all([
    lab.addHost('nas'),
    lab.addHost('laptop'),
    lab.addHost('printer'),
    lab.addHost('safe'),
  ]);
  [nas, printer, safe] = [nasHost, printerHost, safeHost];
  await Promise.all([
    lab.plug(nasHost, internet, { interfaceName: 'eth0', addresses: [`${at.nas}/24`] }),
    lab.plug(laptopHost, internet, { interfaceName: 'eth0', addresses: [`${at.laptop}/24`] }),
    lab.plug(nasHost, inside, { interfaceName: 'eth1', addresses: [`${at.nasInside}/24`] }),
    lab.plug(printerHost, inside, { interfaceName: 'eth0', addresses: [`${at.printer}/24`] }),
    lab.plug(nasHost, elsewhere, { interfaceName: 'eth2', addresses: [`${at.nasElsewhere}/24`] }),
    lab.plug(safeHost, elsewhere, { interfaceName: 'eth0', addresses: [`${at.safe}/24`] }),
  ]);
  await safe.run(['ip', 'route', 'add', 'default', 'via', at.nasElsewhere]);
  laptop = await InstalledHost.install(laptopHost);
  network = await AuthoredNetwork.init(networkName, laptop, ['--ipv4', '10.42.0.0/16']);
  await network.addController('nas', {
    host: nas,
    publicEndpoints: [`${at.nas}:51820`],
    options: ['--route', routed, '--alias', 'media'],
  });
  await network.admit('laptop', laptop);
  await network.startControllers(undefined, networkName);
  await laptop.startHelper();
  await laptop.mustHoming(['up', networkName]);
});

afterAll(() => lab?.destroy());

/** How many of three pings to an address are answered. */
async function answered(from: Host, to: string): Promise<number> {
  return (await ping(from, to, { count: 3, intervalMs: 50, timeoutMs: 2_000 })).received;
}

/** The controller was restarted: its session with the laptop must be back before the next check. */
async function untilAnswered(from: Host, to: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await answered(from, to)) < 3) {
    if (Date.now() > deadline) throw new Error(`${from.name} does not reach ${to} within 30 s`);
  }
}

/**
 * The laptop as a misbehaving member: it sends arbitrary packets into the tunnel. Pings without an answer make the
 * helper renegotiate the session, which restores the ranges that belong to the controller.
 */
async function sendInto(range: string): Promise<void> {
  const { publicKey } = network.keysOf('nas');
  const device = await laptop.deviceOf('hm-wgnet');
  const allowed = await laptop.host.run(['wg', 'show', device, 'allowed-ips']);
  const ranges = allowed.trim().split(/\s+/).slice(1);
  await laptop.host.run([
    'wg',
    'set',
    device,
    'peer',
    publicKey,
    'allowed-ips',
    [...ranges, range].join(','),
  ]);
  await laptop.host.run(['ip', 'route', 'replace', range, 'dev', device]);
}

test('members reach each other over IPv4, by address and by every name', async () => {
  expect(await answered(laptop.host, '10.42.0.1')).toBe(3);
  expect(await answered(nas, '10.42.0.2')).toBe(3);
  const names = await laptop.host.run(['getent', 'ahosts', 'media.wgnet']);
  expect(names).toContain('10.42.0.1');
  expect(names).toContain('fd7d:31c7:4:7d00::1');
});

test('the LAN behind a controller is reached, although its hosts have no route back', async () => {
  expect(await printer.run(['ip', 'route', 'show'])).not.toContain('default');
  expect(await answered(laptop.host, at.printer)).toBe(3);
});

test('a member reaches nothing else through the controller', async () => {
  await sendInto('192.168.78.0/24');
  expect(await answered(nas, at.safe)).toBe(3);
  expect(await answered(laptop.host, at.safe)).toBe(0);
  // Without the rules the controller would forward it: the test can fail.
  await nas.run(['nft', 'delete', 'table', 'inet', 'homing-wgnet']);
  await sendInto('192.168.78.0/24');
  expect(await answered(laptop.host, at.safe)).toBe(3);
  expect(await answered(laptop.host, at.printer)).toBe(0);
});

/** The rules of a format, as the target system would load them. */
const rulesOf: Readonly<Record<string, (rendered: string) => string>> = {
  networkd: (rendered) => /^# ==> \S+\.nft\n([\s\S]*?)(?=^# ==> )/m.exec(rendered)?.[1] ?? '',
  nixos: (rendered) => /writeText "wgnet\.nft" ''\n([\s\S]*?)\n\s*''\}/.exec(rendered)?.[1] ?? '',
};

test.each(['networkd', 'nixos'])('the rules and sysctls of the format %s do the same', async (format) => {
  const rendered = await network.render('nas', format);
  await nas.run(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=0']);
  expect(await answered(laptop.host, at.printer)).toBe(0);
  const forwarding = /^\s*(?:boot\.kernel\.sysctl\.)?"?(net\.ipv4\.ip_forward)"? = (\d)/m.exec(rendered);
  await nas.run(['sysctl', '-q', '-w', `${forwarding?.[1]}=${forwarding?.[2]}`]);
  const rules = rulesOf[format]?.(rendered) ?? '';
  expect(rules).toContain('masquerade');
  await nas.writeFile('/etc/rules.nft', rules);
  await nas.run(['nft', '-f', '/etc/rules.nft']);
  expect(await answered(laptop.host, at.printer)).toBe(3);
  expect(await answered(laptop.host, at.safe)).toBe(0);
  await nas.run(['nft', 'delete', 'table', 'inet', 'homing-wgnet']);
});

test('without masquerading the LAN sees the members’ addresses, and can start conversations', async () => {
  await network.run(['set-member', 'nas', '--masquerade', 'off', '--file', network.file]);
  // wg-quick's PostDown deletes the table, which the previous tests removed.
  await nas.run(['nft', 'add', 'table', 'inet', 'homing-wgnet']);
  await stopController(nas, networkName);
  await network.startControllers(undefined, networkName);
  await untilAnswered(laptop.host, '10.42.0.1');
  expect(await answered(laptop.host, at.printer)).toBe(0);
  await printer.run(['ip', 'route', 'add', '10.42.0.0/16', 'via', at.nasInside]);
  expect(await answered(laptop.host, at.printer)).toBe(3);
  expect(await answered(printer, '10.42.0.2')).toBe(3);
  expect(await answered(safe, '10.42.0.2')).toBe(0);
});
