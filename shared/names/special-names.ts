/**
 * Names with a meaning on every machine or in the laptop's current network. The hosts file takes precedence over DNS,
 * so a network must not define them.
 */

/** Last labels; no name below them is free. */
const reservedTopLevel: Readonly<Record<string, string>> = {
  localhost: 'RFC 6761',
  invalid: 'RFC 6761',
  example: 'RFC 6761',
  test: 'RFC 6761',
  arpa: 'RFC 3172; RFC 8375 for home.arpa',
  local: 'RFC 6762, multicast DNS',
  onion: 'RFC 7686',
  alt: 'RFC 9476',
};

/** Last labels that routers and distributions use by default for hosts on the LAN (RFC 6762 appendix G). */
const usedOnLans = new Set(['localdomain', 'lan', 'intranet', 'private', 'corp', 'workgroup']);

/** `internal` is free for private use (ICANN board resolution of 29 July 2024); clouds and containers use these below it. */
const usedBelowInternal = new Set([
  'google',
  'ec2',
  'compute',
  'docker',
  'containers',
  'lima',
  'orb',
  'metadata',
]);

/**
 * Why a domain is not free although it is not public; undefined when it is free. @param domain lower case, no final dot
 */
export function specialUse(domain: string): string | undefined {
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  const source = reservedTopLevel[last];
  if (source !== undefined) return `has a fixed meaning on every machine (.${last}: ${source})`;
  if (usedOnLans.has(last)) return `ends in .${last}, which routers use for the machines of a LAN`;
  if (last !== 'internal') return undefined;
  const below = labels.at(-2);
  if (below === undefined) return 'is shared by all private networks: use a name below it';
  return usedBelowInternal.has(below)
    ? `ends in .${below}.internal, which machines in clouds use`
    : undefined;
}

/** Names without a dot that programs look up automatically: loopback, proxy discovery, tunnels, hosts(5) as shipped. */
const reservedBareNames = new Set([
  ...Object.keys(reservedTopLevel),
  ...usedOnLans,
  'internal',
  'broadcasthost',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'isatap',
  'wpad',
  'metadata',
  '_gateway',
  '_outbound',
  '_localdnsstub',
  '_localdnsproxy',
]);

/** Whether programs look up a name without a dot for another purpose than a machine of this network. */
export function isReservedBareName(name: string): boolean {
  return reservedBareNames.has(name);
}
