import { expect, test } from 'vitest';
import { planAddresses } from '../../../../shared/addresses/plan.ts';
import { hostEntries } from '../../../../shared/plan/host-names.ts';
import { tunnelAddresses, tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { goodProfile, goodWgQuickProfile } from '../../support/profiles.ts';

const nas = planAddresses('wgnet', 'nas', 'laptop');
const vps = planAddresses('wgnet', 'vps', 'laptop');

test('a peer has one address per controller, and reaches each subnet from the address inside it', () => {
  const plan = tunnelPlan(goodProfile());
  expect(plan.addresses).toEqual([`${nas.peerAddress}/128`, `${vps.peerAddress}/128`]);
  expect(plan.routes).toEqual([
    { range: nas.subnet, source: nas.peerAddress },
    { range: '203.0.113.0/25', source: undefined },
    { range: vps.subnet, source: vps.peerAddress },
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

test('an endpoint can be at no address of the tunnel', () => {
  const invite = tunnelAddresses(goodProfile());
  expect(invite.hasAddress(nas.controllerAddress)).toBe(true);
  expect(invite.hasAddress('203.0.113.127')).toBe(true);
  expect(invite.hasAddress('203.0.113.128')).toBe(false);
  const file = tunnelAddresses(goodWgQuickProfile());
  expect(file.hasAddress('198.51.100.129')).toBe(true);
  expect(file.hasAddress('2001:db8:9::1%eth0')).toBe(true);
  expect(file.hasAddress('2001:db8:a::1')).toBe(false);
});

test('a controller is named by its ::1 and a peer by its address in the subnet of the controller asked for', () => {
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

test('short names stand beside the full ones only when asked for', () => {
  const profile = goodProfile();
  const short = { ...profile, settings: { ...profile.settings, shortNames: true } };
  expect(hostEntries(short, 'nas')[0]?.names).toEqual(['nas.wgnet', 'nas']);
});
