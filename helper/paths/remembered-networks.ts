import * as z from 'zod';
import { type Endpoint, endpointWithoutZone } from '../../shared/endpoints/endpoint.ts';
import { endpointSchema } from '../../shared/endpoints/endpoint-schema.ts';
import { type NetworkIdentity, networkIdentity } from '../../shared/paths/network-identity.ts';
import { networksNotLoaded, networksNotSaved } from '../../shared/timeline/network-reasons.ts';
import { StateFile } from './state-file.ts';

/** Endpoints of controllers on the LANs that the laptop has been in, stored on disk. */

/** The number of networks remembered, the most recent; a user visits about a dozen. */
const maxNetworks = 64;
/** The number of endpoints per controller and network: one for IPv4, one for IPv6, and their predecessors. */
export const maxEndpoints = 4;

export const identitySchema = z.string().transform((text, context) => {
  const identity = networkIdentity(text);
  if (identity !== null) return identity;
  context.addIssue({ code: 'custom', message: 'not the MAC address of a gateway' });
  return z.NEVER;
});
const networkSchema = z.strictObject({
  gateway: identitySchema,
  endpoints: z.record(z.string(), z.array(endpointSchema).max(maxEndpoints)),
});
/** The most recent first. */
const fileSchema = z.array(networkSchema).max(maxNetworks);

const kind = { schema: fileSchema, empty: [], notLoaded: networksNotLoaded, notSaved: networksNotSaved };

export class RememberedNetworks {
  readonly #file: StateFile<z.infer<typeof fileSchema>>;

  /** @param onProblem called for a file that cannot be read or written; nothing depends on it */
  constructor(stateDirectory: string, profileId: string, onProblem: (reason: string) => void) {
    this.#file = new StateFile(stateDirectory, `networks-${profileId}.json`, kind, onProblem);
  }

  /** Where a controller was reached in a network, the most recent first; link-local addresses without a zone. */
  endpoints(network: NetworkIdentity, controller: string): readonly Endpoint[] {
    const known = this.#file.value.find(({ gateway }) => gateway === network)?.endpoints;
    return known !== undefined && Object.hasOwn(known, controller) ? (known[controller] ?? []) : [];
  }

  /** Remembers that a controller was reached there. A zone names a current interface, so it is removed. */
  add(network: NetworkIdentity, controller: string, reached: Endpoint): void {
    const endpoint = endpointWithoutZone(reached);
    const before = this.endpoints(network, controller);
    const networks = this.#file.value;
    if (before[0] === endpoint && networks[0]?.gateway === network) return;
    const known = networks.find(({ gateway }) => gateway === network);
    const endpoints = [endpoint, ...before.filter((earlier) => earlier !== endpoint)].slice(0, maxEndpoints);
    const latest = { gateway: network, endpoints: { ...known?.endpoints, [controller]: endpoints } };
    this.#file.set([latest, ...networks.filter((other) => other !== known)].slice(0, maxNetworks));
  }
}
