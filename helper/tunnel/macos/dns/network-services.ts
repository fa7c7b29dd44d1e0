/** The DNS settings of one macOS network service, as networksetup(8) prints and sets them. */
export interface ServiceDns {
  readonly service: string;
  /** Empty: the servers from DHCP or router advertisements apply. */
  readonly servers: readonly string[];
  readonly searchDomains: readonly string[];
}

/**
 * Parses `networksetup -listallnetworkservices`: a line of explanation, then one name per line, with `*` before a
 * disabled one.
 */
export function parseServices(output: string): string[] {
  return output
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^\*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * Parses `-getdnsservers` and `-getsearchdomains`: one value per line, or a sentence (`There aren't any DNS Servers set
 * on Wi-Fi.`) if there are none. Values contain no spaces.
 */
export function parseValues(output: string): string[] {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.some((line) => line.includes(' ')) ? [] : lines;
}

/** The arguments that give a service these settings. networksetup(8) expects the word `Empty` for none. */
export function setCommands({ service, servers, searchDomains }: ServiceDns): readonly (readonly string[])[] {
  const values = (list: readonly string[]) => (list.length === 0 ? ['Empty'] : list);
  return [
    ['-setdnsservers', service, ...values(servers)],
    ['-setsearchdomains', service, ...values(searchDomains)],
  ];
}
