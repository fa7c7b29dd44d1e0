import ipaddr from 'ipaddr.js';
import { AddressSet, parseAddress, rangeOf } from '../addresses/range.ts';
import type { RefusedLine } from '../invite/describe.ts';
import { dnsZoneRefusal } from '../names/dns-zone.ts';
import type { NetworkDns } from '../profile/dns-schema.ts';
import type { Setting } from './lines.ts';

interface DnsOfFile {
  readonly dns: NetworkDns | undefined;
  readonly refusedLines: readonly RefusedLine[];
}

/** wg-quick(8): an address is a server, anything else a search domain. */
function valuesOf(settings: readonly Setting[]): { readonly setting: Setting; readonly value: string }[] {
  return settings.flatMap((setting) =>
    setting.value
      .split(',')
      .map((value) => value.trim().toLowerCase())
      .filter((value) => value !== '')
      .map((value) => ({ setting, value })),
  );
}

function isServer(value: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(value) || (value.includes(':') && ipaddr.IPv6.isValid(value));
}

function isWithin(server: string, ranges: AddressSet): boolean {
  const address = parseAddress(server);
  return address !== undefined && ranges.overlap(address) !== undefined;
}

/**
 * The `DNS` lines of a file as Homing applies them: only names in the search domains are looked up at the file's
 * servers, unless all traffic goes through the network. Ignored lines are listed with the reason.
 * @param ranges what goes through the network
 */
export function dnsOfFile(settings: readonly Setting[], ranges: readonly string[]): DnsOfFile {
  const values = valuesOf(settings);
  const inNetwork = new AddressSet(ranges.map(rangeOf));
  const takesAll = ranges.some((range) => range.endsWith('/0'));
  const servers = values.filter(({ value }) => isServer(value));
  const zones = values.filter(({ value }) => !isServer(value));
  const refusedLines: RefusedLine[] = [];
  const refuse = ({ line, key }: Setting, value: string, reason: string) => {
    const same = refusedLines.findIndex((refused) => refused.line === line && refused.reason === reason);
    const before = refusedLines[same];
    if (before === undefined) refusedLines.push({ line, text: `${key} = ${value}`, reason });
    else refusedLines[same] = { ...before, text: `${before.text}, ${value}` };
  };
  const goodZones = zones.filter(({ setting, value }) => {
    const refusal = dnsZoneRefusal(value);
    if (refusal !== undefined) refuse(setting, value, `as a search domain it ${refusal}`);
    return refusal === undefined;
  });
  const goodServers = servers.filter(({ setting, value }) => {
    if (takesAll || isWithin(value, inNetwork)) return true;
    refuse(setting, value, 'this server is outside of the network; names are looked up as before');
    return false;
  });
  if (goodServers.length > 0 && (takesAll || goodZones.length > 0)) {
    const unique = (list: typeof values) => [...new Set(list.map(({ value }) => value))];
    return { dns: { servers: unique(goodServers).map(canonical), zones: unique(goodZones) }, refusedLines };
  }
  const why =
    goodServers.length > 0
      ? 'the file names no domain to look up there; names are looked up as before'
      : 'without a server in the network it is of no use';
  for (const { setting, value } of [...goodServers, ...goodZones]) refuse(setting, value, why);
  return { dns: undefined, refusedLines };
}

function canonical(server: string): string {
  return server.includes(':') ? ipaddr.IPv6.parse(server).toRFC5952String() : server;
}
