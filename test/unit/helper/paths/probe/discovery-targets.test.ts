import { describe, expect, it } from 'vitest';
import { discoveryTargets } from '../../../../../helper/paths/probe/discovery-targets.ts';
import type { Link } from '../../../../../helper/tunnel/links.ts';
import type { LinkKind } from '../../../../../shared/paths/route.ts';

const link = (name: string, addresses: readonly string[], more: Partial<Link> = {}): Link => ({
  name,
  kind: 'lan',
  isUp: true,
  hasBroadcast: true,
  addresses: addresses.map((text) => {
    const [address = '', prefixLength] = text.split('/');
    const family = address.includes(':') ? 6 : 4;
    return { address, prefixLength: Number(prefixLength), broadcast: undefined, family };
  }),
  members: [],
  ...more,
});
const hosts = (links: readonly Link[]): string[] => discoveryTargets(links).map(({ host }) => host);

describe('discovery asks', () => {
  it('the broadcast address and all nodes of a LAN, each with its interface', () => {
    expect(discoveryTargets([link('wlan0', ['192.168.178.20/24', 'fe80::1/64'])])).toEqual([
      { kind: 'broadcast', host: '192.168.178.255', interfaceName: 'wlan0' },
      { kind: 'multicast', host: 'ff02::1%wlan0', interfaceName: 'wlan0' },
    ]);
  });

  it('the broadcast address that is set, or the one that the prefix gives', () => {
    expect(hosts([link('eth0', ['10.1.2.3/8'])])).toEqual(['10.255.255.255']);
    const set = { address: '10.1.2.3', prefixLength: 8, broadcast: '10.1.255.255', family: 4 } as const;
    expect(hosts([link('eth0', [], { addresses: [set] })])).toEqual(['10.1.255.255']);
    expect(hosts([link('eth0', ['198.51.100.14/28'])])).toEqual(['198.51.100.15']);
  });

  it('each network once', () => {
    const twice = [link('eth0', ['192.0.2.5/24', '192.0.2.6/24']), link('wlan0', ['192.0.2.7/24'])];
    expect(hosts(twice)).toEqual(['192.0.2.255']);
  });
});

describe('discovery does not ask', () => {
  const lan = ['192.0.2.5/24', 'fe80::1/64'];

  it.each<LinkKind>(['point-to-point', 'container', 'tunnel'])('on a link of the kind %s', (kind) => {
    expect(hosts([link('eth0', lan, { kind })])).toEqual([]);
  });

  it('on a link that is down or knows no broadcast', () => {
    expect(hosts([link('eth0', lan, { isUp: false })])).toEqual([]);
    expect(hosts([link('eth0', lan, { hasBroadcast: false })])).toEqual([]);
  });

  it('in networks too large or too small for a controller next to the laptop', () => {
    expect(hosts([link('eth0', ['10.0.0.1/7', '192.0.2.1/31', '192.0.2.9/32'])])).toEqual([]);
  });
});
