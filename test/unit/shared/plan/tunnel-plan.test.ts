import { expect, test } from 'vitest';
import { planAddresses } from '../../../../shared/addresses/plan.ts';
import { hostEntries } from '../../../../shared/plan/host-names.ts';
import { tunnelAddresses, tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { inviteProfileSchema } from '../../../../shared/profile/profile.ts';
import { goodProfile, goodProfileJson, goodWgQuickProfile } from '../../support/profiles.ts';

const nas = planAddresses('wgnet', 'nas', 'laptop');
const vps = planAddresses('wgnet', 'vps', 'laptop');

test('a peer has one address per controller, and reaches each subnet from the address inside it', () => {
  const plan = tunnelPlan(goodProfile());
  expect(plan.addresses).toEqual([`${nas.peerAddress}/128`, `${vps.peerAddress}/128`]);
  expect(plan.routes).toEqual([
    { range: nas.subnet, source: nas.peerAddress, controller: 'nas' },
    { range: '203.0.113.0/25', source: undefined, controller: 'nas' },
    { range: vps.subnet, source: vps.peerAddress, controller: 'vps' },
  ]);
  expect(plan.controllers.map(({ allowedIps }) => allowedIps)).toEqual([
    [nas.subnet, '203.0.113.0/25'],
    [vps.subnet],
  ]);
  expect(plan.controllers.map(({ address }) => address)).toEqual([
    nas.controllerAddress,
    vps.controllerAddress,
  ]);
  expect(plan).toMatchObject({ interfaceName: 'hm-wgnet', mtu: 1420, listenPort: undefined });
});

test('a wg-quick file gives the addresses and ranges it spells out', () => {
  const plan = tunnelPlan(goodWgQuickProfile());
  expect(plan.addresses).toEqual(['198.51.100.130/25', '2001:db8:9::2/64']);
  expect(plan.routes.map(({ range }) => range)).toEqual(['198.51.100.128/25', '2001:db8:9::/64']);
  expect(plan).toMatchObject({ listenPort: 51_900, controllers: [{ address: '198.51.100.129' }] });
});

test('the same profile gives the same plan', () => {
  expect(tunnelPlan(goodProfile())).toEqual(tunnelPlan(goodProfile()));
});

test('an endpoint can be at no address of the tunnel itself, but in a range behind it', () => {
  const invite = tunnelAddresses(goodProfile());
  expect(invite.hasAddress(nas.controllerAddress)).toBe(true);
  expect(invite.hasAddress('203.0.113.127')).toBe(false);
  const file = tunnelAddresses(goodWgQuickProfile());
  expect(file.hasAddress('198.51.100.130')).toBe(true);
  expect(file.hasAddress('2001:db8:9::2%eth0')).toBe(true);
  expect(file.hasAddress('198.51.100.129')).toBe(false);
});

test('a controller’s name resolves to its ::1, a peer’s to its address in the subnet of the given controller', () => {
  const desk = (via: string) => planAddresses('wgnet', via, 'desk').peerAddress;
  const entry = (address: string | undefined, name: string) => ({
    machine: name,
    address,
    names: [`${name}.wgnet`],
  });
  expect(hostEntries(goodProfile(), 'nas')).toEqual([
    entry(nas.controllerAddress, 'nas'),
    entry(vps.controllerAddress, 'vps'),
    entry(nas.peerAddress, 'laptop'),
    entry(desk('nas'), 'desk'),
  ]);
  expect(hostEntries(goodProfile(), 'vps')).toEqual([
    entry(nas.controllerAddress, 'nas'),
    entry(vps.controllerAddress, 'vps'),
    entry(vps.peerAddress, 'laptop'),
    entry(desk('vps'), 'desk'),
  ]);
});

test('names through a controller that is gone are those through the default one', () => {
  expect(hostEntries(goodProfile(), 'gone')).toEqual(hostEntries(goodProfile(), 'nas'));
});

test('short names are added to the full names only on request', () => {
  const profile = goodProfile();
  const short = { ...profile, settings: { ...profile.settings, shortNames: true } };
  expect(hostEntries(short, 'nas')[0]?.names).toEqual(['nas.wgnet', 'nas']);
});

/** The good profile with IPv4: nas carries traffic between members. */
function profileWithIpv4() {
  const json = goodProfileJson();
  const ipv4 = new Map([
    ['nas', '10.42.0.1'],
    ['vps', '10.42.0.2'],
    ['laptop', '10.42.0.3'],
    ['desk', '10.42.0.4'],
  ]);
  const [nasController, vpsController] = json.controllers;
  return inviteProfileSchema.parse({
    ...json,
    network: { ...json.network, ipv4: { range: '10.42.0.0/24', controller: 'nas' } },
    peer: { ...json.peer, ipv4: '10.42.0.3' },
    controllers: [
      { ...nasController, ipv4: '10.42.0.1' },
      { ...vpsController, ipv4: '10.42.0.2', routes: ['192.168.1.0/24'], migrate: false },
    ],
    machines: json.machines.map((machine) => ({ ...machine, ipv4: ipv4.get(machine.name) })),
  });
}

test('IPv4 between members goes through one controller, a route through its own', () => {
  const plan = tunnelPlan(profileWithIpv4());
  expect(plan.addresses.at(-1)).toBe('10.42.0.3/32');
  expect(plan.controllers.map(({ allowedIps }) => allowedIps)).toEqual([
    [nas.subnet, '10.42.0.0/24', '203.0.113.0/25'],
    [vps.subnet, '10.42.0.2/32', '192.168.1.0/24'],
  ]);
  expect(plan.routes.filter(({ range }) => !range.includes(':'))).toEqual([
    { range: '10.42.0.0/24', source: '10.42.0.3', controller: 'nas' },
    { range: '203.0.113.0/25', source: '10.42.0.3', controller: 'nas' },
    { range: '10.42.0.2/32', source: '10.42.0.3', controller: 'vps' },
    { range: '192.168.1.0/24', source: '10.42.0.3', controller: 'vps' },
  ]);
  expect(tunnelAddresses(profileWithIpv4()).hasAddress('10.42.0.77')).toBe(true);
});

test('a controller that does not migrate is never looked for on a LAN', () => {
  const [first, second] = tunnelPlan(profileWithIpv4()).controllers;
  expect(first?.migrates).toBe(true);
  expect(second).toMatchObject({ migrates: false, endpoints: { private: [] } });
});

test('a name has both families, and only IPv6 while the controller that carries IPv4 is lost', () => {
  const addressesOf = (name: string, via: string) =>
    hostEntries(profileWithIpv4(), via).flatMap(({ machine, address }) =>
      machine === name ? [address] : [],
    );
  const desk = (via: string) => planAddresses('wgnet', via, 'desk').peerAddress;
  expect(addressesOf('desk', 'nas')).toEqual([desk('nas'), '10.42.0.4']);
  expect(addressesOf('desk', 'vps')).toEqual([desk('vps')]);
  expect(addressesOf('nas', 'vps')).toEqual([nas.controllerAddress]);
  expect(addressesOf('vps', 'vps')).toEqual([vps.controllerAddress, '10.42.0.2']);
});

test('a peer is named in the subnet of its designated controller, unless that is the one that is lost', () => {
  const json = goodProfileJson();
  const machines = json.machines.map((machine) =>
    machine.name === 'desk'
      ? { ...machine, controller: 'vps' }
      : { ...machine, aliases: [`my-${machine.name}`] },
  );
  const of = (via: string, defaultController: string) =>
    hostEntries(inviteProfileSchema.parse({ ...json, machines, defaultController }), via);
  const deskVia = (via: string) => planAddresses('wgnet', via, 'desk').peerAddress;
  expect(of('nas', 'nas').at(-1)).toEqual({
    machine: 'desk',
    address: deskVia('vps'),
    names: ['desk.wgnet'],
  });
  expect(of('nas', 'vps').at(-1)).toMatchObject({ address: deskVia('nas') });
  expect(of('nas', 'nas')[0]?.names).toEqual(['nas.wgnet', 'my-nas.wgnet']);
});

test('host names are in lower case, and a bare name never has a dot', () => {
  const json = goodProfileJson();
  const settings = { ...json.settings, shortNames: true };
  const machines = [
    { name: 'Desk.Office', kind: 'peer', suffix: '1:2:3:4' },
    { name: 'Tablet', kind: 'peer', suffix: '1:2:3:5' },
  ];
  const entries = hostEntries(inviteProfileSchema.parse({ ...json, settings, machines }), 'nas');
  expect(entries.map(({ names }) => names)).toEqual([['desk.office.wgnet'], ['tablet.wgnet', 'tablet']]);
});
