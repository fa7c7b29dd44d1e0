import { type Endpoint, partsOf } from '../../shared/endpoints/endpoint.ts';
import type { NetworkIdentity } from '../../shared/paths/network-identity.ts';
import type { DiscoveryTarget } from '../../shared/paths/probe-target.ts';
import { isOnLan, type Route } from '../../shared/paths/route.ts';
import type { Neighbourhood } from '../tunnel/neighbourhood.ts';
import { discoveryTargets } from './probe/discovery-targets.ts';
import type { RememberedNetworks } from './remembered-networks.ts';

/**
 * Where to look for controllers whose address in this network is not known. Broadcasts find them on any LAN, but a stateful
 * firewall on the laptop (ufw and firewalld as shipped) drops the answers: connection tracking expects none from another
 * address than the one that was asked. So addresses are asked one by one as well, those where a controller answered before in
 * this very network, and those of the machines that the laptop has spoken to lately.
 */

/**
 * Neighbours that are asked for each look at the network. Messages to one controller go 50 ms apart, since one neighbour may
 * be it: 16 of them take 0.8 s, after everything else was asked.
 */
const maxNeighbours = 16;
const neighbourTimeoutMs = 300;

const nowhere: Neighbourhood = { links: [], networks: new Map(), neighbours: [], unknownGateways: [] };

export class Nearby {
  readonly #remembered: RememberedNetworks;
  readonly #asked = new Map<string, Set<string>>();
  #now: Neighbourhood = nowhere;

  constructor(remembered: RememberedNetworks) {
    this.#remembered = remembered;
  }

  /** Takes in what is there now; in another network, neighbours that were asked may be other machines. */
  see(now: Neighbourhood, which: 'same-network' | 'other-network'): void {
    this.#now = now;
    if (which === 'other-network') this.#asked.clear();
  }

  /** Which network a LAN link leads into; undefined where that is not known. */
  networkOf(device: string): NetworkIdentity | undefined {
    return this.#now.networks.get(device);
  }

  /** Which networks the laptop is in, by link. */
  networks(): Readonly<Record<string, NetworkIdentity>> {
    return Object.fromEntries(this.#now.networks);
  }

  /** Where to look for a controller; each neighbour is named once in a network. */
  targets(controller: string): readonly DiscoveryTarget[] {
    const asked = this.#asked.get(controller) ?? new Set();
    this.#asked.set(controller, asked);
    const neighbours = this.#now.neighbours
      .filter(({ address }) => !asked.has(address))
      .slice(0, maxNeighbours)
      .map(({ address, device }): DiscoveryTarget => {
        asked.add(address);
        return { kind: 'neighbour', host: address, interfaceName: device, timeoutMs: neighbourTimeoutMs };
      });
    return [...this.#rememberedTargets(controller), ...discoveryTargets(this.#now.links), ...neighbours];
  }

  #rememberedTargets(controller: string): DiscoveryTarget[] {
    return [...this.#now.networks].flatMap(([device, network]) =>
      this.#remembered.endpoints(network, controller).map((endpoint): DiscoveryTarget => {
        const { host, port } = partsOf(endpoint);
        const zoned = isLinkLocal(host) ? `${host}%${device}` : host;
        return { kind: 'remembered', host: zoned, port, interfaceName: device };
      }),
    );
  }

  /** Remembers where a controller was well reached, when that is on a LAN that can be known again. */
  reached(controller: string, endpoint: Endpoint, route: Route | null): void {
    if (route === null || !isOnLan(route)) return;
    const network = this.networkOf(route.device);
    if (network !== undefined) this.#remembered.add(network, controller, endpoint);
  }
}

function isLinkLocal(host: string): boolean {
  return /^fe[89ab]/.test(host);
}
