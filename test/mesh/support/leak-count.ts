import * as z from 'zod';
import type { Host } from '../../lab/host.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';

/**
 * Counts, at the machines around a laptop, what it sends: its tunnel, its probes, and everything that should not be
 * there. DHCP and neighbour discovery are not counted.
 */

const table = 'leaks';
const leaks = ['leaked_dns', 'leaked_ipv6', 'leaked_other'] as const;

/** What a laptop may send to the machines around it: with an exit alone the LAN stays reachable. */
type Allowed = 'nothing-more' | 'on-link';

function rules(device: string, allowed: Allowed): string {
  const others4 = [at.private.nas, at.private.desk].join(', ');
  const others6 = [at.home6.nas, at.home6.desk].join(', ');
  const counters = ['tunnel', 'probes', ...leaks].map((name) => `  counter ${name} { }`);
  return [
    `table inet ${table} {`,
    ...counters,
    // Details of the leaked packets, to find the cause.
    '  set leaked4 { type ipv4_addr . ipv4_addr . inet_proto; flags dynamic; size 64; }',
    '  set leaked6 { type ipv6_addr . ipv6_addr . inet_proto; flags dynamic; size 64; }',
    '  chain seen {',
    '    type filter hook prerouting priority -400',
    `    iifname != "${device}" return`,
    `    ip saddr { ${others4} } return`,
    `    ip6 saddr { ${others6} } return`,
    `    ip daddr { ${at.dataCentre.vps}, ${at.internet.home}, ${at.private.nas} } udp dport 51820 counter name tunnel return`,
    `    ip6 daddr ${at.home6.nas} udp dport 51820 counter name tunnel return`,
    '    udp sport 61440-61951 counter name probes return',
    // The captive portal request.
    '    tcp sport 61440-61951 tcp dport 80 counter name probes return',
    '    udp sport 68 udp dport 67 return',
    '    udp sport 546 udp dport 547 return',
    ...(allowed === 'on-link' ? ['    fib daddr type { local, broadcast, multicast } return'] : []),
    '    icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report, mld-listener-report } return',
    '    add @leaked4 { ip saddr . ip daddr . ip protocol }',
    '    add @leaked6 { ip6 saddr . ip6 daddr . ip6 nexthdr }',
    '    meta l4proto { tcp, udp } th dport 53 counter name leaked_dns return',
    '    meta nfproto ipv6 counter name leaked_ipv6 return',
    '    counter name leaked_other',
    '  }',
    '}',
    '',
  ].join('\n');
}

const listingSchema = z.object({
  nftables: z.array(
    z.looseObject({ counter: z.looseObject({ name: z.string(), packets: z.int() }).optional() }),
  ),
});

/** Packets by kind. */
export type SeenPackets = Readonly<Record<'tunnel' | 'probes' | (typeof leaks)[number], number>>;

export class LeakCount {
  readonly #hosts: readonly Host[];

  private constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
  }

  /** @param places each machine with its interface towards the laptop */
  static async start(
    places: readonly (readonly [Host, string])[],
    allowed: Allowed = 'nothing-more',
  ): Promise<LeakCount> {
    await Promise.all(
      places.map(([host, device]) => host.run(['nft', '-f', '-'], { input: rules(device, allowed) })),
    );
    return new LeakCount(places.map(([host]) => host));
  }

  async seen(): Promise<SeenPackets> {
    const texts = await Promise.all(
      this.#hosts.map((host) => host.run(['nft', '-j', 'list', 'counters', 'table', 'inet', table])),
    );
    const counters = texts.flatMap((text) => listingSchema.parse(JSON.parse(text)).nftables);
    const sum = (name: string) =>
      counters.reduce((packets, { counter }) => packets + (counter?.name === name ? counter.packets : 0), 0);
    return {
      tunnel: sum('tunnel'),
      probes: sum('probes'),
      leaked_dns: sum('leaked_dns'),
      leaked_ipv6: sum('leaked_ipv6'),
      leaked_other: sum('leaked_other'),
    };
  }

  /** The number of packets that should not have been sent. */
  async leaked(): Promise<number> {
    const seen = await this.seen();
    return leaks.reduce((sum, name) => sum + seen[name], 0);
  }

  /** Source, destination and protocol of what leaked, as the kernel lists it. */
  async details(): Promise<string> {
    const texts = await Promise.all(
      this.#hosts.flatMap((host) =>
        ['leaked4', 'leaked6'].map((set) => host.run(['nft', 'list', 'set', 'inet', table, set])),
      ),
    );
    return texts
      .flatMap((text) => [...text.matchAll(/elements = \{([^}]*)\}/g)].map(([, list]) => list))
      .join('\n');
  }
}
