import { isIPv6 } from 'node:net';
import { dhcpServers4, dhcpServers6 } from '../../dhcp-servers.ts';
import type { KillSwitchRules } from '../../kill-switch.ts';
import { probePorts } from '../../probe-ports.ts';
import { type TunnelTraffic, tunnelPorts } from '../own-traffic.ts';

/** Multicast that routers do not forward (RFC 5771 section 4), SSDP, and the limited broadcast. */
const lanGroups4 = ['224.0.0.0/24', '239.255.255.250', '255.255.255.255'];
const lanGroups6 = ['ff02::/16'];

/**
 * The kill switch as rules of pf.conf(5), for an anchor of its own. Only outgoing packets are filtered: without an answer,
 * incoming packets learn nothing. Without states: a state would outlive the rule that made it, such as a LAN that is no
 * longer allowed. DHCP clients use packet sockets for their first request, which bypass every packet filter.
 * @param tunnel the live tunnel, if there is one
 */
export function killSwitchRules({ lan, signIn }: KillSwitchRules, tunnel: TunnelTraffic | undefined): string {
  const [lan4, lan6] = byFamily(lan);
  const probes = `port ${probePorts.first}:${probePorts.last}`;
  return [
    'pass out quick on lo0 all no state',
    ...(tunnel === undefined ? [] : [`pass out quick on ${tunnel.device} all no state`]),
    // WireGuard's own packets: pf has no marks.
    ...listenPorts(tunnel).map(
      (ports) => `pass out quick proto udp from any ${ports} to any user root no state`,
    ),
    `pass out quick proto udp from any ${probes} to any user root no state`,
    // Only the request that looks for a captive portal (../../portal-question.ts).
    `pass out quick proto tcp from any ${probes} to any port 80 user root no state`,
    // RFC 2131 section 4.1, RFC 8415 section 7.2: renewals.
    ...dhcpServers4.map((to) => `pass out quick inet proto udp from any port 68 to ${to} port 67 no state`),
    ...dhcpServers6.map(
      (to) => `pass out quick inet6 proto udp from any port 546 to ${to} port 547 no state`,
    ),
    // ICMPv6 by number, for its name differs between versions of protocols(5). Neighbour discovery and router solicitation (RFC 4861); group reports for switches with snooping (RFC 3810).
    'pass out quick inet6 proto 58 all icmp6-type { 133, 135, 136 } no state',
    'pass out quick inet6 proto 58 from any to ff02::/16 icmp6-type { 131, 132, 143 } no state',
    ...lanRules('inet', lan4, lanGroups4),
    ...lanRules('inet6', lan6, lanGroups6),
    ...signInRules(signIn),
    // Programs fail at once.
    'block return out quick all',
    '',
  ].join('\n');
}

function listenPorts(tunnel: TunnelTraffic | undefined): string[] {
  const { first, last } = tunnelPorts;
  const own = tunnel?.listenPort;
  const isOther = own !== undefined && own !== 0 && (own < first || own > last);
  return [`port ${first}:${last}`, ...(isOther ? [`port ${own}`] : [])];
}

function byFamily(texts: readonly string[]): readonly [readonly string[], readonly string[]] {
  const isSix = (text: string) => isIPv6(text.split('/')[0] ?? '');
  return [texts.filter((text) => !isSix(text)), texts.filter(isSix)];
}

/**
 * Only from an address of the same LAN: in the next network, before the rules are updated, packets have another source
 * and do not leave by its gateway.
 */
function lanRules(family: 'inet' | 'inet6', ranges: readonly string[], groups: readonly string[]): string[] {
  if (ranges.length === 0) return [];
  return [
    ...ranges.map((range) => `pass out quick ${family} from ${range} to ${range} no state`),
    ...groups.map((group) => `pass out quick ${family} from any to ${group} no state`),
  ];
}

/** Only DNS and the pages: other ports of the same hosts stay closed. */
function signInRules(signIn: KillSwitchRules['signIn']): string[] {
  if (signIn === undefined) return [];
  const rule = (protocol: string, address: string, port: number) => {
    const family = isIPv6(address) ? 'inet6' : 'inet';
    return `pass out quick ${family} proto ${protocol} from any to ${address} port ${port} no state`;
  };
  const { resolvers, hosts, page } = signIn;
  return [
    ...resolvers.flatMap((resolver) => [rule('udp', resolver, 53), rule('tcp', resolver, 53)]),
    ...hosts.flatMap((host) => [rule('tcp', host, 80), rule('tcp', host, 443)]),
    ...(page === undefined ? [] : page.hosts.map((host) => rule('tcp', host, page.port))),
  ];
}
