import ipaddr from 'ipaddr.js';
import { withoutZone } from '../addresses/zone.ts';
import { HomingError, shown } from '../errors/problem.ts';

declare const brand: unique symbol;
/** `ip:port`, `[ipv6]:port` or `host:port` in canonical text. */
export type Endpoint = string & { readonly [brand]: 'Endpoint' };

/** The two parts of an endpoint; `host` is a canonical address without brackets, or a host name. */
export interface EndpointParts {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6 | 'name';
}

/**
 * RFC 1123 host name with dots, and underscores, which DNS allows (RFC 2181 section 11) and dynamic DNS names use. A
 * trailing dot is refused. No leading hyphen, so it cannot be read as an option.
 */
const hostNamePattern =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

function refuse(text: string, field: string, why: string): HomingError {
  return new HomingError({
    code: 'bad-endpoint',
    title: 'An endpoint cannot be used',
    cause: `${field} is ${shown(text)}: ${why}.`,
    remedy: 'Write ip:port, [ipv6]:port or host:port, for example "198.51.100.7:51820".',
  });
}

function splitPort(text: string, field: string): { host: string; portText: string; bracketed: boolean } {
  const bracket = /^\[([^\]]*)\]:(.*)$/.exec(text);
  if (bracket) return { host: bracket[1] ?? '', portText: bracket[2] ?? '', bracketed: true };
  const colon = text.lastIndexOf(':');
  if (colon < 0) throw refuse(text, field, 'it has no port');
  const host = text.slice(0, colon);
  if (host.includes(':')) throw refuse(text, field, 'an IPv6 address goes in brackets');
  return { host, portText: text.slice(colon + 1), bracketed: false };
}

/**
 * Splits an endpoint and checks it.
 * @param zone whether a link-local address may name its interface (`[fe80::1%eth0]:51820`): only this machine knows its
 *   interfaces, so an invite may not
 * @throws HomingError `bad-endpoint` with the field, the value and the fault
 */
export function parseEndpointParts(
  text: string,
  field: string,
  zone: 'zone-allowed' | 'no-zone' = 'no-zone',
): EndpointParts {
  const { host, portText, bracketed } = splitPort(text, field);
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port >= 1 && port <= 65535))
    throw refuse(text, field, `the port ${shown(portText)} is not 1 to 65535`);
  if (bracketed) {
    const [address = '', interfaceName, ...rest] = host.split('%');
    const zoneFits =
      interfaceName === undefined || (zone === 'zone-allowed' && /^[\w.-]{1,15}$/.test(interfaceName));
    if (!ipaddr.IPv6.isValid(address) || !zoneFits || rest.length > 0) {
      throw refuse(text, field, 'not an IPv6 address');
    }
    const canonical = ipaddr.IPv6.parse(address).toRFC5952String();
    return {
      host: interfaceName === undefined ? canonical : `${canonical}%${interfaceName}`,
      port,
      family: 6,
    };
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return { host: ipaddr.IPv4.parse(host).toString(), port, family: 4 };
  }
  if (/^[\d.]+$/.test(host)) throw refuse(text, field, 'not an IPv4 address of four numbers');
  if (!hostNamePattern.test(host)) throw refuse(text, field, 'not an address or a host name');
  return { host: host.toLowerCase(), port, family: 'name' };
}

/** Joins the parts of an endpoint to canonical text. */
export function endpointOf(parts: Pick<EndpointParts, 'host' | 'port'>): Endpoint {
  return (
    parts.host.includes(':') ? `[${parts.host}]:${parts.port}` : `${parts.host}:${parts.port}`
  ) as Endpoint;
}

/** Parses an endpoint printed by this machine's own tools, which may have a zone. */
export function parseLiveEndpoint(text: string, field: string): Endpoint {
  return endpointOf(parseEndpointParts(text, field, 'zone-allowed'));
}

/** Parses an endpoint to its canonical text. @throws HomingError `bad-endpoint` */
export function parseEndpoint(text: string, field: string): Endpoint {
  return endpointOf(parseEndpointParts(text, field));
}

/** The endpoint without the zone of its address. */
export function endpointWithoutZone(endpoint: Endpoint): Endpoint {
  const { host, port } = partsOf(endpoint);
  return host.includes('%') ? endpointOf({ host: withoutZone(host), port }) : endpoint;
}

/** The parts of an endpoint that was parsed before. */
export function partsOf(endpoint: Endpoint): EndpointParts {
  return parseEndpointParts(endpoint, 'endpoint', 'zone-allowed');
}
