import type { Host } from './host.ts';

/** A port of the router's outside address that is forwarded to a host inside. */
export interface PortForward {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  /** IPv4 address and port inside, such as 192.0.2.10:51820. */
  readonly to: string;
}

/** An IPv6 address and port inside to which connections from outside are allowed. */
export interface Pinhole {
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
}

export interface NatSettings {
  /** Interface towards the private network. */
  readonly inside: string;
  /** Interface towards the internet, whose address is the public one. */
  readonly outside: string;
  readonly forwards?: readonly PortForward[];
  readonly pinholes?: readonly Pinhole[];
  /** Whether hosts inside reach a forwarded port by the public address as well. Default false, as on many routers. */
  readonly hairpin?: boolean;
}

const forwardingOn = [
  'echo 1 >/proc/sys/net/ipv4/ip_forward',
  'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding',
].join('\n');

/** Enables forwarding between the interfaces of a host. */
export async function plainRouter(host: Host): Promise<void> {
  await host.run(['/bin/sh', '-ec', forwardingOn]);
}

/**
 * Turns a host into a home router: IPv4 masquerading with port forwards, IPv6 routed, and for both a firewall that
 * accepts only answers, forwarded ports and pinholes. Another call replaces the previous settings.
 */
export async function natRouter(host: Host, settings: NatSettings): Promise<void> {
  await host.run(['/bin/sh', '-ec', `${forwardingOn}\nnft -f -`], { input: natRules(settings) });
}

/** The nftables rules of a NAT router, as input for `nft -f`. */
export function natRules(settings: NatSettings): string {
  const { inside, outside, forwards = [], pinholes = [], hairpin = false } = settings;
  // "fib daddr type local" matches the router's own addresses, so the public address need not be known here.
  const destinations = forwards.map(({ protocol, port, to }) => `${protocol} dport ${port} dnat to ${to}`);
  return [
    'table ip nat',
    'delete table ip nat',
    'table inet firewall',
    'delete table inet firewall',
    'table ip nat {',
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat',
    ...destinations.map((rule) => `    iifname ${outside} ${rule}`),
    ...(hairpin ? destinations.map((rule) => `    iifname ${inside} fib daddr type local ${rule}`) : []),
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat',
    `    oifname ${outside} masquerade`,
    // Without this the inside host would answer the other directly, from an address that received no request.
    ...(hairpin ? [`    iifname ${inside} oifname ${inside} ct status dnat masquerade`] : []),
    '  }',
    '}',
    'table inet firewall {',
    '  chain forward {',
    '    type filter hook forward priority filter',
    ...pinholes.map(
      ({ protocol, address, port }) =>
        `    iifname ${outside} ip6 daddr ${address} ${protocol} dport ${port} accept`,
    ),
    `    iifname ${outside} ct state established,related accept`,
    `    iifname ${outside} ct status dnat accept`,
    `    iifname ${outside} drop`,
    '  }',
    '}',
    '',
  ].join('\n');
}
