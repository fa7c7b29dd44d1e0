import fc from 'fast-check';
import type { Host } from '../../lab/host.ts';

/** Generated hosts, and profiles that collide with them: both use one pool of addresses. */

/** One feature of a host: the commands that set it up and those that undo it, as arguments of `ip`. */
interface Feature {
  readonly what: string;
  readonly set: readonly string[];
  readonly undo: readonly string[];
  /** Addresses whose route must not change while the tunnel is up. */
  readonly keeps: readonly string[];
}

/** The ranges from which routes of the host and of the profile are generated. */
const ranges4 = [
  '10.20.0.0/16',
  '10.20.30.0/24',
  '10.20.30.0/25',
  '10.20.30.128/25',
  '172.17.0.0/16',
  '192.168.1.0/24',
];
const ranges6 = ['fd12:3456::/32', 'fd12:3456:7890::/48', 'fd12:3456:7890:1::/64'];
const gateway = '192.0.2.10';

function firstHost(range: string): string {
  const [base = ''] = range.split('/');
  return range.includes(':') ? `${base}9` : base.replace(/\d+$/, (last) => `${Number(last) + 9}`);
}

const route4 = fc
  .record({
    range: fc.constantFrom(...ranges4),
    metric: fc.constantFrom(0, 50, 1024),
    protocol: fc.constantFrom('static', 'dhcp', 'boot'),
  })
  .map(({ range, metric, protocol }): Feature => {
    const words = `${range} via ${gateway} dev eth0 metric ${metric} proto ${protocol}`;
    return {
      what: `route ${words}`,
      set: [`route add ${words}`],
      undo: [`route delete ${words}`],
      keeps: [firstHost(range)],
    };
  });
const address4 = fc
  .constantFrom('10.20.30.5/24', '192.168.1.77/24', '10.20.0.9/16')
  .map((address): Feature => {
    const words = `${address} dev eth0`;
    const neighbour = address.replace(/\d+\/.*$/, '99');
    return {
      what: `address ${address}`,
      set: [`address add ${words}`],
      undo: [`address delete ${words}`],
      keeps: [neighbour],
    };
  });
const refusal4 = fc
  .record({
    range: fc.constantFrom(...ranges4),
    type: fc.constantFrom('unreachable', 'blackhole', 'prohibit'),
  })
  .map(({ range, type }): Feature => {
    const words = `${type} ${range} metric 7`;
    return { what: words, set: [`route add ${words}`], undo: [`route delete ${words}`], keeps: [] };
  });
const ownTable = fc
  .record({ priority: fc.constantFrom(100, 18_505, 18_535, 30_000), table: fc.constantFrom(100, 51_820) })
  .map(({ priority, table }): Feature => {
    const rule = `priority ${priority} from 203.0.113.77/32 lookup ${table}`;
    const route = `default via ${gateway} dev eth0 table ${table}`;
    return {
      what: rule,
      set: [`route add ${route}`, `rule add ${rule}`],
      undo: [`rule delete ${rule}`, `route delete ${route}`],
      keeps: [],
    };
  });
const halves: Feature = {
  what: 'another VPN with halves of everything',
  set: [
    'tuntap add tun9 mode tun',
    'address add 10.8.0.2/24 dev tun9',
    'link set tun9 up',
    'route add 0.0.0.0/1 dev tun9',
    'route add 128.0.0.0/1 dev tun9',
  ],
  undo: ['tuntap delete tun9 mode tun'],
  keeps: ['10.8.0.1'],
};
const bridge: Feature = {
  what: 'a bridge of containers',
  set: ['link add docker9 type bridge', 'address add 172.17.0.1/16 dev docker9', 'link set docker9 up'],
  undo: ['link delete docker9'],
  keeps: [],
};
const advertised = fc.constantFrom(...ranges6).map((range): Feature => {
  const words = `${range} via fe80::1 dev eth0 proto ra metric 100`;
  return {
    what: `route ${words}`,
    set: [`route add ${words}`],
    undo: [`route delete ${words}`],
    keeps: [firstHost(range)],
  };
});
const prefix6: Feature = {
  what: 'an own IPv6 prefix',
  set: ['address add fd12:3456:7890:1::5/64 dev eth0 nodad'],
  undo: ['address delete fd12:3456:7890:1::5/64 dev eth0'],
  keeps: ['fd12:3456:7890:1::99'],
};

export interface GeneratedTrial {
  readonly features: readonly Feature[];
  readonly addresses: readonly string[];
  readonly allowedIps: readonly string[];
  readonly ending: 'down' | 'killed' | 'killed while it comes up';
}

/** One host, one profile and one end. */
export const trials: fc.Arbitrary<GeneratedTrial> = fc.record({
  features: fc.uniqueArray(
    fc.oneof(
      route4,
      address4,
      refusal4,
      ownTable,
      fc.constant(halves),
      fc.constant(bridge),
      advertised,
      fc.constant(prefix6),
    ),
    {
      maxLength: 6,
      // Two routes to the same destination would be one route, or be refused by the kernel.
      selector: ({ set }) => (set[0] ?? '').replace(/ (via|metric|proto|dev) .*/, ''),
    },
  ),
  addresses: fc.subarray(['10.77.0.2/24', '10.20.30.200/24', 'fd12:3456:7890:2::2/64'], { minLength: 1 }),
  allowedIps: fc.subarray(
    ['10.0.0.0/8', '10.77.0.0/24', '192.168.0.0/16', 'fd12::/16', ...ranges4, ...ranges6],
    { minLength: 1 },
  ),
  ending: fc.constantFrom('down', 'killed', 'killed while it comes up'),
});

/** Sets up a feature that can coexist with the present ones. @returns a function that undoes it */
export async function furnish(host: Host, features: readonly Feature[]): Promise<() => Promise<void>> {
  const undo: string[] = [];
  for (const feature of features) {
    const { code } = await host.exec(['ip', '-batch', '-'], { input: batch(feature.set) });
    // The kernel refuses two routes to one destination; what the feature had set up until then is undone.
    if (code === 0) undo.unshift(...feature.undo);
    else await host.exec(['ip', '-force', '-batch', '-'], { input: batch(feature.undo) });
  }
  return async () => {
    if (undo.length > 0) await host.run(['ip', '-batch', '-'], { input: batch(undo) });
  };
}

function batch(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
