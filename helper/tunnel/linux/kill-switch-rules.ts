import { isIPv6 } from 'node:net';
import { dhcpServers4, dhcpServers6 } from '../dhcp-servers.ts';
import type { KillSwitchRules } from '../kill-switch.ts';
import { probePorts } from '../probe-ports.ts';
import { tunnelMark } from './routing-rules.ts';

/**
 * The kill switch as nftables rules (nft(8)), in a table of their own. A packet leaves only if every table accepts it,
 * so no other table is changed and no other table can open what is closed here. Only outgoing packets are filtered:
 * without an answer, incoming packets learn nothing. Packet sockets, as DHCP clients use them, bypass every packet
 * filter.
 */
const family = 'inet';
const table = 'homing_kill_switch';
export const killSwitchTable = `${family} ${table}`;

/** Multicast that routers do not forward (RFC 5771 section 4), SSDP, and the limited broadcast. */
const lanGroups4 = ['224.0.0.0/24', '239.255.255.250', '255.255.255.255'];

/** @param uid the user of the helper: its probes are identified by uid and source ports */
export function killSwitchText({ lan, signIn }: KillSwitchRules, uid: number): string {
  const { first, last } = probePorts;
  const [lan4, lan6] = byFamily(lan);
  return [
    // Adding before deleting avoids an error when the table does not exist; all lines are one transaction.
    `add table ${killSwitchTable}`,
    `delete table ${killSwitchTable}`,
    `table ${killSwitchTable} {`,
    // What this machine and those behind it may send.
    '  chain leaving {',
    // Only root can name interfaces; those of a profile begin with hm (shared/profile/profile.ts).
    '    oifname { "lo", "hm*" } accept',
    ...lanRules('ip', lan4, lanGroups4),
    ...lanRules('ip6', lan6, ['ff02::/16']),
    '  }',
    // What only this machine may send: a container or virtual machine could put anything into packets of this form.
    '  chain own {',
    `    meta mark 0x${tunnelMark.toString(16)} meta l4proto udp accept`,
    `    meta skuid ${uid} udp sport ${first}-${last} accept`,
    // Only the request that looks for a captive portal (../portal-question.ts).
    `    meta skuid ${uid} tcp sport ${first}-${last} tcp dport 80 accept`,
    // RFC 2131 section 4.1: broadcast, or to the server that assigned the address; RFC 8415 sections 7.1 and 7.2.
    `    udp sport 68 udp dport 67 ip daddr { ${dhcpServers4.join(', ')} } accept`,
    `    udp sport 546 udp dport 547 ip6 daddr { ${dhcpServers6.join(', ')} } accept`,
    // RFC 4861: only routers one hop away; RFC 3810: switches with snooping forward groups only to members.
    '    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept',
    '    icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } ip6 daddr ff02::/16 accept',
    ...signInRules(signIn),
    '  }',
    '  chain output {',
    '    type filter hook output priority filter; policy drop;',
    '    jump leaving',
    '    jump own',
    // Programs fail at once.
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

/** Only DNS and the pages: other ports of the same hosts stay closed. */
function signInRules(signIn: KillSwitchRules['signIn']): string[] {
  if (signIn === undefined) return [];
  const rules = (addresses: readonly string[], rest: string) =>
    byFamily(addresses).flatMap((set, i) =>
      set.length === 0 ? [] : [`    ${i === 0 ? 'ip' : 'ip6'} daddr { ${set.join(', ')} } ${rest} accept`],
    );
  return [
    ...rules(signIn.resolvers, 'meta l4proto { tcp, udp } th dport 53'),
    ...rules(signIn.hosts, 'tcp dport { 80, 443 }'),
    ...(signIn.page === undefined ? [] : rules(signIn.page.hosts, `tcp dport ${signIn.page.port}`)),
  ];
}

/**
 * Addresses of a LAN are allowed only without a gateway in between: the laptop may be in another network before the
 * rules are updated.
 */
function lanRules(protocol: 'ip' | 'ip6', ranges: readonly string[], groups: readonly string[]): string[] {
  if (ranges.length === 0) return [];
  const set = `{ ${ranges.join(', ')} }`;
  return [
    `    ${protocol} daddr ${set} rt ${protocol} nexthop ${set} accept`,
    `    ${protocol} daddr { ${groups.join(', ')} } accept`,
  ];
}
