import ipaddr from 'ipaddr.js';
import type { AddressSet } from '../../shared/addresses/range.ts';
import { type Endpoint, endpointOf, partsOf } from '../../shared/endpoints/endpoint.ts';
import { nameNotResolved, resolvedAddressIgnored } from '../../shared/timeline/network-reasons.ts';
import { networkResolvers } from '../tunnel/system-of-this-machine.ts';
import { directLookup, lookupOrElse } from './direct-lookup.ts';
import { type Lookup, lookupTimeoutMs, nameLookup } from './name-lookup.ts';

/** Shared by all tunnels, so that names that only the system knows are asked for one after the other. */
const systemNames = lookupOrElse(nameLookup(), directLookup(networkResolvers));

export interface Resolution {
  /** Endpoints by address, each once, in the order given. */
  readonly endpoints: readonly Endpoint[];
  /** What was left out, in sentences for the timeline. */
  readonly ignored: readonly string[];
}

/** Why an address that a name resolved to cannot be a way to a controller, or undefined. */
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
  const bare = (address: string) => address.split('%')[0] ?? address;
  const refused = addresses.map((address) => addressRefusal(bare(address), tunnel));
  return {
    endpoints: addresses.filter((_, i) => refused[i] === undefined).map((a) => endpointOf({ host: a, port })),
    ignored: addresses.flatMap((address, i) => {
      const why = refused[i];
      return why === undefined ? [] : [resolvedAddressIgnored(host, address, why)];
    }),
  };
}

/** The endpoints among these that are addresses and can be a way to a controller: nothing has to be resolved. */
export function usableLiterals(endpoints: readonly Endpoint[], tunnel: AddressSet): readonly Endpoint[] {
  return endpoints.filter((endpoint) => {
    const { host, family } = partsOf(endpoint);
    return family !== 'name' && addressRefusal(host, tunnel) === undefined;
  });
}

/**
 * Turns endpoints into addresses: names are resolved afresh, outside the tunnel, to all their addresses;
 * loopback, multicast and the tunnel's own ranges are left out with a reason. Never throws.
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
