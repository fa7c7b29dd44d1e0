import { isIPv6 } from 'node:net';
import { outermostRanges } from '../../../shared/addresses/cover.ts';
import { internetShare } from '../../../shared/plan/traffic.ts';
import type { KillSwitchRules } from '../kill-switch.ts';
import type { Link } from '../links.ts';
import { probePorts } from '../probe-ports.ts';
import { tunnelMark } from './routing-rules.ts';

/**
 * The kill switch as nftables rules (nft(8)). They stand in a table of their own; a packet leaves only where every table
 * lets it, so nobody's rules are changed and nobody's rules open what is closed here. What leaves is judged, not what
 * comes in: without an answer nothing that comes in learns anything. Packet sockets, as DHCP clients use them, pass by
 * every packet filter and need no rule.
 */
const family = 'inet';
const table = 'homing_kill_switch';
export const killSwitchTable = `${family} ${table}`;

/** Multicast that no router passes on (RFC 5771 section 4), SSDP, and the broadcast to everybody here. */
const lanGroups4 = ['224.0.0.0/24', '239.255.255.250', '255.255.255.255'];

/** @param uid whom the helper runs as: its probes are known by that and their source ports */
export function killSwitchText({ lan, signIn }: KillSwitchRules, uid: number): string {
  const { first, last } = probePorts;
  const [lan4, lan6] = byFamily(lan);
  return [
    // Adding before deleting makes the deletion of a table that is not there no error; all of it is one transaction.
    `add table ${killSwitchTable}`,
    `delete table ${killSwitchTable}`,
    `table ${killSwitchTable} {`,
    '  chain leaving {',
    // Only root names interfaces; those of a profile begin with hm (shared/profile/profile.ts).
    '    oifname { "lo", "hm*" } accept',
    `    meta mark 0x${tunnelMark.toString(16)} meta l4proto udp accept`,
    `    meta skuid ${uid} udp sport ${first}-${last} accept`,
    // Only the question whether there is a sign-in page (../portal-question.ts).
    `    meta skuid ${uid} tcp sport ${first}-${last} tcp dport 80 accept`,
    // RFC 2131 section 4.1, RFC 8415 section 7.2.
    '    udp sport 68 udp dport 67 accept',
    '    udp sport 546 udp dport 547 accept',
    // RFC 4861: from routers a hop away only; RFC 3810: switches that snoop pass its groups on only to who joined.
    '    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept',
    '    icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } ip6 daddr ff02::/16 accept',
    ...lanRules('ip', lan4, lanGroups4),
    ...lanRules('ip6', lan6, ['ff02::/16']),
    ...signInRules(signIn),
    '  }',
    '  chain output {',
    '    type filter hook output priority filter; policy drop;',
    '    jump leaving',
    // Programs see at once that they cannot.
    '    reject with icmpx admin-prohibited',
    '  }',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '    iifname "hm*" ct state established,related accept',
    '    jump leaving',
    '  }',
    '}',
    '',
  ].join('\n');
}

function byFamily(texts: readonly string[]): readonly [readonly string[], readonly string[]] {
  const isSix = (text: string) => isIPv6(text.split('/')[0] ?? '');
  return [texts.filter((text) => !isSix(text)), texts.filter(isSix)];
}

/** Only names, and only the pages: other ports of the same hosts stay closed. */
function signInRules(signIn: KillSwitchRules['signIn']): string[] {
  if (signIn === undefined) return [];
  const rules = (addresses: readonly string[], rest: string) =>
    byFamily(addresses).flatMap((set, i) =>
      set.length === 0 ? [] : [`    ${i === 0 ? 'ip' : 'ip6'} daddr { ${set.join(', ')} } ${rest} accept`],
    );
  return [
    ...rules(signIn.resolvers, 'meta l4proto { tcp, udp } th dport 53'),
    ...rules(signIn.hosts, 'tcp dport { 80, 443 }'),
  ];
}

/**
 * A LAN's addresses are let through only where no gateway is between: the laptop may be in another network before the rules
 * are changed.
 */
function lanRules(protocol: 'ip' | 'ip6', ranges: readonly string[], groups: readonly string[]): string[] {
  if (ranges.length === 0) return [];
  const set = `{ ${ranges.join(', ')} }`;
  return [
    `    ${protocol} daddr ${set} rt ${protocol} nexthop ${set} accept`,
    `    ${protocol} daddr { ${groups.join(', ')} } accept`,
  ];
}

/**
 * The networks of the laptop that pass. Only addresses that are nobody's on the internet: whoever runs a network says which
 * addresses are on it, and would otherwise choose what leaves the tunnel (TunnelCrack, CVE-2023-36672).
 */
export function lanRangesOf(links: readonly Link[]): string[] {
  const ranges = links
    .filter(({ kind, isUp }) => kind === 'lan' && isUp)
    .flatMap(({ addresses }) => addresses.map(networkOf))
    .filter((range) => range !== undefined)
    .filter((range) => {
      const share = internetShare([range]);
      return share[4] === 0 && share[6] === 0;
    });
  return outermostRanges(ranges);
}

/** The network of an own address; undefined for a single address and for what is no network but a way to everywhere. */
function networkOf({ address, prefixLength, family: kind }: Link['addresses'][number]): string | undefined {
  const bits = kind === 4 ? 32 : 128;
  if (prefixLength < 8 || prefixLength >= bits) return undefined;
  const host = address.split('%')[0] ?? address;
  return `${host}/${prefixLength}`;
}
