import type { Host } from '../../lab/host.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { type Carrier, carrierOf } from './carrier-watch.ts';

/** The endpoint of one peer as `wg` reports it; undefined if it has none. */
export async function endpointOf(host: Host, device: string, peer: string): Promise<string | undefined> {
  const lines = (await host.run(['wg', 'show', device, 'endpoints'])).split('\n');
  const endpoint = lines.map((line) => line.split('\t')).find(([key]) => key === peer)?.[1];
  return endpoint === undefined || endpoint === '(none)' ? undefined : endpoint;
}

function hostPart(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** The path that an endpoint of `nas` stands for, on the laptop. */
export function pathTo(endpoint: string | undefined): Carrier | undefined {
  if (endpoint === undefined) return undefined;
  return hostPart(endpoint) === at.internet.home ? 'internet' : 'lan';
}

/** The path that an endpoint of the laptop stands for, on `nas`. */
export function pathFrom(endpoint: string | undefined): Carrier | undefined {
  return endpoint === undefined ? undefined : carrierOf(hostPart(endpoint));
}
