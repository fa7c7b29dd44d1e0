import ipaddr from 'ipaddr.js';
import { freeIpv4Address } from '../addresses/ipv4.ts';
import { parseAddress } from '../addresses/range.ts';
import { rangeSchema } from '../addresses/range-schema.ts';
import { type Endpoint, parseEndpoint } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { type HostLabel, parseHostLabel } from '../names/host-label.ts';
import type { NetworkFile } from './network-file.ts';

/** The values of one member as the admin enters them. */

/** @throws HomingError `bad-port` */
export function parsePort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new HomingError({
    code: 'bad-port',
    title: 'A port cannot be used',
    cause: `The port is ${shown(port)}.`,
    remedy: 'Give a number from 1 to 65535.',
  });
}

/** Endpoints, each once; one without a port gets the controller's. @throws HomingError `bad-endpoint` */
export function parseEndpoints(texts: readonly string[], port: number, field: string): Endpoint[] {
  return [...new Set(texts.map((text) => parseEndpoint(withPort(text, port), field)))];
}

function withPort(text: string, port: number): string {
  if (ipaddr.IPv6.isValid(text)) return `[${text}]:${port}`;
  return /^\[[^\]]*\]$/.test(text) || !text.includes(':') ? `${text}:${port}` : text;
}

/** Ranges, each once. @throws HomingError `bad-route` */
export function parseRoutes(texts: readonly string[]): string[] {
  return [...new Set(texts.map(routeOf))];
}

function routeOf(text: string): string {
  const parsed = rangeSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HomingError({
    code: 'bad-route',
    title: 'A route cannot be used',
    cause: `The route is ${shown(text)}: not a range with no host bits set.`,
    remedy: 'Write it like 192.0.2.0/24 or 2001:db8:1::/64.',
  });
}

/** Addresses of DNS servers, each once. @throws HomingError `bad-server` */
export function parseServers(texts: readonly string[]): string[] {
  const refused = texts.find((text) => parseAddress(text) === undefined);
  if (refused === undefined) return [...new Set(texts)];
  throw new HomingError({
    code: 'bad-server',
    title: 'A name server cannot be used',
    cause: `The name server is ${shown(refused)}, not an IP address.`,
    remedy: 'Write it like 9.9.9.9.',
  });
}

/** Further host names, each once; undefined for none. @throws HomingError `bad-name` */
export function parseAliases(texts: readonly string[]): HostLabel[] | undefined {
  const aliases = [...new Set(texts.map((text) => parseHostLabel(text, 'the alias')))];
  return aliases.length === 0 ? undefined : aliases;
}

/**
 * The IPv4 address of a new member: the given one, else the lowest free one; undefined in a network without IPv4.
 * Whether a given address fits is checked with the rules between members.
 * @throws HomingError `no-ipv4-range`, `ipv4-range-full`
 */
export function ipv4For(file: NetworkFile, given: string | undefined): string | undefined {
  if (file.ipv4 === undefined) {
    if (given === undefined) return undefined;
    throw noIpv4Range(file.name, `the address ${shown(given)}`);
  }
  if (given !== undefined) return given;
  const used = [...file.controllers, ...file.peers].flatMap(({ ipv4 }) => ipv4 ?? []);
  return takeIpv4Address(file.ipv4, new Set(used));
}

/** The lowest free address of a range, which is added to the used ones. @throws HomingError `ipv4-range-full` */
export function takeIpv4Address(range: string, used: Set<string>): string {
  const free = freeIpv4Address(range, used);
  if (free !== undefined) {
    used.add(free);
    return free;
  }
  throw new HomingError({
    code: 'ipv4-range-full',
    title: 'The IPv4 range of the network is full',
    cause: `Every address of ${range} belongs to a member.`,
    remedy: 'Set a wider range that holds this one with `homing network set --ipv4 RANGE`.',
  });
}

/** The error for IPv4 in a network without IPv4 addresses. */
export function noIpv4Range(network: string, what: string): HomingError {
  return new HomingError({
    code: 'no-ipv4-range',
    title: 'The network has no IPv4 addresses',
    cause: `"${network}" has IPv6 only, so ${what} would not work.`,
    remedy: 'Give it a private range first: `homing network set --ipv4 10.42.0.0/16`.',
  });
}
