import { type Endpoint, partsOf } from '../../shared/endpoints/endpoint.ts';
import { candidateAt, type PathState } from '../../shared/paths/machine/state.ts';
import type { NetworkIdentity } from '../../shared/paths/network-identity.ts';
import type { DiscoveryTarget } from '../../shared/paths/probe-target.ts';
import { isOnLan, type Route } from '../../shared/paths/route.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Neighbourhood } from '../tunnel/neighbourhood.ts';
import { discoveryTargets } from './probe/discovery-targets.ts';
import type { RememberedNetworks } from './remembered-networks.ts';

/**
 * Where to look for controllers whose address in this network is unknown. Broadcasts find them on any LAN, but a
 * stateful firewall on the laptop (the default rules of ufw and firewalld) drops the answers: connection tracking does
 * not match an answer from another address than the probed one. So individual addresses are probed as well: those where
 * a controller answered before in this network, and those of the laptop's recent neighbours.
 */

/**
 * The maximum number of neighbours probed per reading of the network. Messages to one controller are 50 ms apart, since
 * any neighbour may be it: 16 of them take 0.8 s, after everything else was probed.
 */
const maxNeighbours = 16;
export const neighbourTimeoutMs = 300;

const nowhere: Neighbourhood = {
  links: [],
  networks: new Map(),
  neighbours: [],
  unknownGateways: [],
  known: [],
};

export class Nearby {
  readonly #remembered: RememberedNetworks;
  readonly #asked = new Map<string, Set<string>>();
  #now: Neighbourhood = nowhere;

  constructor(remembered: RememberedNetworks) {
    this.#remembered = remembered;
  }

  /** Updates the neighbours; in another network, addresses that were probed may belong to other machines. */
  see(now: Neighbourhood, which: 'same-network' | 'other-network'): void {
    this.#now = now;
    if (which === 'other-network') this.#asked.clear();
  }

  /** The network of a LAN link; undefined if unknown. */
  networkOf(device: string): NetworkIdentity | undefined {
    return this.#now.networks.get(device);
  }

  /** The networks that the laptop is in, by link. */
  networks(): Readonly<Record<string, NetworkIdentity>> {
    return Object.fromEntries(this.#now.networks);
  }

  /** Where to look for a controller. Each neighbour is returned once per network: the caller keeps it until it is probed. */
  takeTargets(controller: string): readonly DiscoveryTarget[] {
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

  /** Remembers the endpoint that a controller is reached at now. */
  remember({
    controller,
    state,
  }: {
    readonly controller: PlannedController;
    readonly state: PathState;
  }): void {
    const inUse = state.phase.is === 'on' ? candidateAt(state, state.phase.endpoint) : undefined;
    if (inUse?.last.verdict === 'verified') this.reached(controller.name, inUse.endpoint, inUse.route);
  }

  /** A controller was reached; its endpoint is remembered if it is on a LAN whose network can be recognised. */
  reached(controller: string, endpoint: Endpoint, route: Route | null): void {
    if (route === null || !isOnLan(route)) return;
    const network = this.networkOf(route.device);
    if (network !== undefined) this.#remembered.add(network, controller, endpoint);
  }
}

function isLinkLocal(host: string): boolean {
  return /^fe[89ab]/.test(host);
}
