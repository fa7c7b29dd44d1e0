import ipaddr from 'ipaddr.js';
import { parseEndpoint } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { lineProblem, type Setting } from './lines.ts';

/** Values of wg(8) and wg-quick(8) settings. All errors name the line. */

/** An address with its prefix length; without one it is a single address. */
interface Prefixed {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly length: number;
  readonly single: boolean;
}

function prefixedOf(text: string, setting: Setting): Prefixed {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const host = match?.[1] ?? '';
  const address = ipaddr.IPv4.isValidFourPartDecimal(host)
    ? ipaddr.IPv4.parse(host)
    : host.includes(':') && ipaddr.IPv6.isValid(host)
      ? ipaddr.IPv6.parse(host)
      : undefined;
  const bits = address?.kind() === 'ipv4' ? 32 : 128;
  const length = match?.[2] === undefined ? bits : Number(match[2]);
  if (address === undefined || length > bits) {
    throw lineProblem(
      'wg-quick-bad-address',
      setting.line,
      `${setting.key} holds ${shown(text)}, which is not an address or a range.`,
      'Write it like 192.0.2.0/24 or 2001:db8::/64.',
    );
  }
  return { address, length, single: length === bits };
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}

/** The comma-separated parts of a value; wg treats an empty value as none. */
function partsOf(setting: Setting): string[] {
  return setting.value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** An own address keeps its host bits: `10.42.1.2/16`. */
export function addressesIn(setting: Setting): string[] {
  return partsOf(setting).map((part) => {
    const { address, length } = prefixedOf(part, setting);
    return `${canonical(address)}/${length}`;
  });
}

/** One range of AllowedIPs. */
export interface AllowedRange {
  /** With host bits cleared, as the kernel does. */
  readonly range: string;
  /** The address as written, if the range is a single address or host bits were set: `10.0.0.1/24` names `10.0.0.1`. */
  readonly address: string | undefined;
}

/** The ranges of one AllowedIPs line. @throws HomingError `wg-quick-bad-address` */
export function allowedRangesIn(setting: Setting): AllowedRange[] {
  return partsOf(setting).map((part) => {
    const { address, length, single } = prefixedOf(part, setting);
    const written = canonical(address);
    const text = `${written}/${length}`;
    const network = canonical(
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(text)
        : ipaddr.IPv6.networkAddressFromCIDR(text),
    );
    return { range: `${network}/${length}`, address: single || network !== written ? written : undefined };
  });
}

/** A whole number within limits; `off` is 0 where wg(8) allows it. */
export function numberIn(setting: Setting, min: number, max: number): number {
  const text = setting.value.toLowerCase() === 'off' && min === 0 ? '0' : setting.value;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw lineProblem(
    'wg-quick-bad-number',
    setting.line,
    `${setting.key} is ${shown(setting.value)}, not a number from ${min} to ${max}.`,
    'Correct the number, or leave the line out.',
  );
}

/** An endpoint; `where` names the line. */
export function peerEndpointIn(setting: Setting): string {
  return atLine(setting.line, () => parseEndpoint(setting.value, setting.key));
}

/** Runs a parser whose error lacks the line, and adds it. */
export function atLine<T>(line: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof HomingError)) throw error;
    const { problem } = error;
    throw new HomingError({ ...problem, cause: `Line ${line}: ${problem.cause}` });
  }
}
