import ipaddr from 'ipaddr.js';
import type { AddressSet } from '../../shared/addresses/range.ts';
import { withoutZone } from '../../shared/addresses/zone.ts';
import { type Endpoint, endpointOf, partsOf } from '../../shared/endpoints/endpoint.ts';
import { nameNotResolved, resolvedAddressIgnored } from '../../shared/timeline/network-reasons.ts';
import { networkResolvers } from '../tunnel/system-of-this-machine.ts';
import { directLookup, lookupOrElse } from './direct-lookup.ts';
import { type Lookup, lookupTimeoutMs, nameLookup } from './name-lookup.ts';

/** Shared by all tunnels, so that names that only the system can resolve are looked up one after the other. */
const systemNames = lookupOrElse(nameLookup(), directLookup(networkResolvers));

export interface Resolution {
  /** Endpoints by address, each once, in the order given. */
  readonly endpoints: readonly Endpoint[];
  /** What was ignored, as sentences for the timeline. */
  readonly ignored: readonly string[];
}

/** Why an address of a name cannot lead to a controller, or undefined. */
export function addressRefusal(address: string, tunnel: AddressSet): string | undefined {
  const parsed = ipaddr.parse(address);
  const kind = parsed.range();
  if (kind === 'unspecified') return 'the unspecified address';
  if (kind === 'loopback' || kind === 'multicast' || kind === 'broadcast') {
    return `a ${kind} address`;
  }
  return tunnel.hasAddress(address) ? 'inside the tunnel itself' : undefined;
}

async function addressesOf(host: string, ask: Lookup): Promise<readonly string[]> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${lookupTimeoutMs} ms`)),
    lookupTimeoutMs,
  );
  try {
    return await Promise.race([ask(host), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function resolveOne(endpoint: Endpoint, tunnel: AddressSet, ask: Lookup): Promise<Resolution> {
  const { host, port, family } = partsOf(endpoint);
  let addresses: readonly string[] = [host];
  if (family === 'name') {
    try {
      addresses = await addressesOf(host, ask);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { endpoints: [], ignored: [nameNotResolved(host, why)] };
    }
  }
  const refused = addresses.map((address) => addressRefusal(withoutZone(address), tunnel));
  return {
    endpoints: addresses.filter((_, i) => refused[i] === undefined).map((a) => endpointOf({ host: a, port })),
    ignored: addresses.flatMap((address, i) => {
      const why = refused[i];
      return why === undefined ? [] : [resolvedAddressIgnored(host, address, why)];
    }),
  };
}

/** The endpoints that are addresses and can lead to a controller, without name resolution. */
export function usableLiterals(endpoints: readonly Endpoint[], tunnel: AddressSet): readonly Endpoint[] {
  return endpoints.filter((endpoint) => {
    const { host, family } = partsOf(endpoint);
    return family !== 'name' && addressRefusal(host, tunnel) === undefined;
  });
}

/**
 * Resolves endpoints to addresses: names are looked up again, outside the tunnel, to all their addresses; loopback,
 * multicast and the tunnel's own ranges are ignored with a reason. Never throws.
 */
export async function resolveEndpoints(
  endpoints: readonly Endpoint[],
  tunnel: AddressSet,
  ask: Lookup = systemNames,
): Promise<Resolution> {
  const all = await Promise.all(endpoints.map((endpoint) => resolveOne(endpoint, tunnel, ask)));
  return {
    endpoints: [...new Set(all.flatMap((r) => r.endpoints))],
    ignored: [...new Set(all.flatMap((r) => r.ignored))],
  };
}
