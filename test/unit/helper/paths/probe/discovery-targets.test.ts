import { describe, expect, it } from 'vitest';
import {
  discoveryTargets,
  type Link,
  parseLinks,
} from '../../../../../helper/paths/probe/discovery-targets.ts';

const link = (ifname: string, addresses: readonly string[], other: Partial<Link> = {}): Link => ({
  ifname,
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  operstate: 'UP',
  addr_info: addresses.map((text) => {
    const [local = '', prefixlen] = text.split('/');
    const family = local.includes(':') ? 'inet6' : 'inet';
    return {
      family,
      local,
      prefixlen: Number(prefixlen),
      scope: local.startsWith('fe80') ? 'link' : 'global',
    };
  }),
  ...other,
});
const hosts = (links: readonly Link[], tunnels: readonly string[] = []): string[] =>
  discoveryTargets(links, tunnels).map(({ host }) => host);

describe('discovery asks', () => {
  it('the broadcast address and all nodes of a LAN, each with its interface', () => {
    expect(discoveryTargets([link('wlan0', ['192.168.178.20/24', 'fe80::1/64'])], [])).toEqual([
      { kind: 'broadcast', host: '192.168.178.255', interfaceName: 'wlan0' },
      { kind: 'multicast', host: 'ff02::1%wlan0', interfaceName: 'wlan0' },
    ]);
  });

  it('the broadcast address that is set, or the one that the prefix gives', () => {
    const set = link('eth0', ['10.1.2.3/8']);
    expect(hosts([set])).toEqual(['10.255.255.255']);
    const [address = {}] = set.addr_info;
    expect(hosts([{ ...set, addr_info: [{ ...address, broadcast: '10.1.255.255' }] }])).toEqual([
      '10.1.255.255',
    ]);
    expect(hosts([link('eth0', ['198.51.100.14/28'])])).toEqual(['198.51.100.15']);
  });

  it('each network once', () => {
    const twice = [link('eth0', ['192.0.2.5/24', '192.0.2.6/24']), link('wlan0', ['192.0.2.7/24'])];
    expect(hosts(twice)).toEqual(['192.0.2.255']);
  });

  it('a link whose driver tells no state, and a bridge with a real port', () => {
    const bridge = link('br0', ['192.0.2.5/24'], { linkinfo: { info_kind: 'bridge' } });
    const port = link('enp3s0', [], { master: 'br0' });
    expect(hosts([link('usb0', ['192.0.2.5/24'], { operstate: 'UNKNOWN' })])).toHaveLength(1);
    expect(hosts([bridge, port])).toEqual(['192.0.2.255']);
  });

  it('on the inner end of a veth, which is the LAN of a container', () => {
    expect(hosts([link('eth0', ['192.0.2.5/24'], { linkinfo: { info_kind: 'veth' } })])).toHaveLength(1);
  });
});

describe('discovery does not ask', () => {
  const lan = ['192.0.2.5/24', 'fe80::1/64'];
  const flags = ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'];

  for (const name of [
    'docker0',
    'br-1a2b3c',
    'veth12',
    've-web',
    'virbr0',
    'cni0',
    'podman1',
    'lxcbr0',
    'vmnet8',
    'tap0',
  ]) {
    it(`on ${name}`, () => expect(hosts([link(name, lan)])).toEqual([]));
  }

  for (const flag of ['LOOPBACK', 'POINTOPOINT', 'NOARP', 'NO-CARRIER']) {
    it(`on a link with ${flag}`, () => {
      expect(hosts([link('x0', lan, { flags: [...flags, flag] })])).toEqual([]);
    });
  }

  for (const flag of ['UP', 'BROADCAST']) {
    it(`on a link without ${flag}`, () => {
      expect(hosts([link('x0', lan, { flags: flags.filter((other) => other !== flag) })])).toEqual([]);
    });
  }

  it('on a link that is down below', () => {
    expect(hosts([link('eth0', lan, { operstate: 'DOWN' })])).toEqual([]);
  });

  it('on the tunnel, whatever its name', () => {
    expect(hosts([link('hm-home', lan)], ['hm-home'])).toEqual([]);
  });

  it('on a bridge whose ports all belong to containers', () => {
    const bridge = link('web', lan, { linkinfo: { info_kind: 'bridge' } });
    const port = link('p0', [], { master: 'web', linkinfo: { info_kind: 'veth' } });
    expect(hosts([bridge, port])).toEqual([]);
  });

  it('in networks too large or too small to have a controller beside us', () => {
    expect(hosts([link('eth0', ['10.0.0.1/7', '192.0.2.1/31', '192.0.2.9/32'])])).toEqual([]);
  });
});

it('reads what ip prints, empty objects included', () => {
  const printed: unknown = JSON.parse(
    '[{},{"ifindex":4,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1400,' +
      '"operstate":"UP","addr_info":[{},{"family":"inet","local":"192.0.2.2","prefixlen":24,' +
      '"broadcast":"192.0.2.255","scope":"global","label":"eth0"},{"family":"inet6","local":"fe80::1",' +
      '"prefixlen":64,"scope":"link"}]}]',
  );
  expect(hosts(parseLinks(printed))).toEqual(['192.0.2.255', 'ff02::1%eth0']);
  expect(() => parseLinks({ ifname: 'eth0' })).toThrow();
});
