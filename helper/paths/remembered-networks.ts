import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Endpoint, endpointOf, partsOf } from '../../shared/endpoints/endpoint.ts';
import { endpointSchema } from '../../shared/endpoints/endpoint-schema.ts';
import { type NetworkIdentity, networkIdentity } from '../../shared/paths/network-identity.ts';
import { networksNotLoaded, networksNotSaved } from '../../shared/timeline/network-reasons.ts';

/** Endpoints of controllers on the LANs that the laptop has been in, stored on disk. */

/** The number of networks remembered, the most recent; a user visits about a dozen. */
const maxNetworks = 64;
/** The number of endpoints per controller and network: one for IPv4, one for IPv6, and their predecessors. */
const maxEndpoints = 4;

const identitySchema = z.string().transform((text, context) => {
  const identity = networkIdentity(text);
  if (identity !== null) return identity;
  context.addIssue({ code: 'custom', message: 'not the MAC address of a gateway' });
  return z.NEVER;
});
const networkSchema = z.strictObject({
  gateway: identitySchema,
  endpoints: z.record(z.string(), z.array(endpointSchema).max(maxEndpoints)),
});
const fileSchema = z.array(networkSchema).max(maxNetworks);
type RememberedNetwork = z.infer<typeof networkSchema>;

export class RememberedNetworks {
  readonly #path: string;
  readonly #onProblem: (reason: string) => void;
  /** The most recent first. */
  #networks: readonly RememberedNetwork[];

  /** @param onProblem called for a file that cannot be read or written; nothing depends on it */
  constructor(stateDirectory: string, profileId: string, onProblem: (reason: string) => void) {
    this.#path = join(stateDirectory, `networks-${profileId}.json`);
    this.#onProblem = onProblem;
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    this.#networks = this.#load();
  }

  /** Where a controller was reached in a network, the most recent first; link-local addresses without a zone. */
  endpoints(network: NetworkIdentity, controller: string): readonly Endpoint[] {
    const known = this.#networks.find(({ gateway }) => gateway === network)?.endpoints;
    return known !== undefined && Object.hasOwn(known, controller) ? (known[controller] ?? []) : [];
  }

  /** Remembers that a controller was reached there. A zone names a current interface, so it is removed. */
  add(network: NetworkIdentity, controller: string, reached: Endpoint): void {
    const { host, port } = partsOf(reached);
    const endpoint = endpointOf({ host: host.split('%')[0] ?? host, port });
    const before = this.endpoints(network, controller);
    if (before[0] === endpoint && this.#networks[0]?.gateway === network) return;
    const known = this.#networks.find(({ gateway }) => gateway === network);
    const endpoints = [endpoint, ...before.filter((one) => one !== endpoint)].slice(0, maxEndpoints);
    const latest = { gateway: network, endpoints: { ...known?.endpoints, [controller]: endpoints } };
    this.#networks = [latest, ...this.#networks.filter((one) => one !== known)].slice(0, maxNetworks);
    this.#save();
  }

  #save(): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#networks), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#onProblem(networksNotSaved(String(error)));
    }
  }

  #load(): readonly RememberedNetwork[] {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!missing) this.#onProblem(networksNotLoaded(String(error)));
      return [];
    }
  }
}
