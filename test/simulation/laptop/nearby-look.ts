import { neighbourTimeoutMs } from '../../../helper/paths/nearby.ts';
import { afterAskingMs, gatewayWaitMs, nearbyAgainMs } from '../../../helper/paths/network-look.ts';
import { maxEndpoints } from '../../../helper/paths/remembered-networks.ts';
import { withoutZone } from '../../../shared/addresses/zone.ts';
import { hostOf } from '../../../shared/paths/machine/candidates.ts';
import type { PathEvent } from '../../../shared/paths/machine/events.ts';
import { candidateAt, type PathState } from '../../../shared/paths/machine/state.ts';
import { type NetworkIdentity, networkIdentity } from '../../../shared/paths/network-identity.ts';
import type { DiscoveryTarget } from '../../../shared/paths/probe-target.ts';
import { isOnLan } from '../../../shared/paths/route.ts';
import type { World } from '../world/world.ts';

/**
 * Where the helper looks for controllers on a LAN, and when it reads the neighbours, in virtual time: as in
 * helper/paths/nearby.ts and network-look.ts.
 */

const gatewayMacs = { home: '02:00:00:00:00:01', cafe: '02:00:00:00:00:02', hotel: '02:00:00:00:00:03' };
const port = 51_820;

export type Neighbourhood = Pick<Extract<PathEvent, { type: 'nearby' }>, 'discovery' | 'networks'>;

/** Where each controller was reached in each network, on disk. */
export type RememberedHosts = Map<NetworkIdentity, Map<string, readonly string[]>>;

export interface NearbyLookParts {
  readonly world: World;
  /** Whether controllers are searched for on the links. */
  readonly isDiscovering: boolean;
  readonly remembered: RememberedHosts;
  /** Runs later, unless this helper has ended. */
  readonly later: (delayMs: number, run: () => void) => void;
  /** The neighbours were read again. */
  readonly onReadAgain: () => void;
}

export class NearbyLook {
  readonly #parts: NearbyLookParts;
  readonly #listed = new Map<string, Set<string>>();
  /** The attachment in which the gateway's MAC address is known. */
  #identified = -1;
  #hasBroadcast = false;
  #wasAsked = false;
  #readAtMs = 0;
  #waits = 0;

  constructor(parts: NearbyLookParts) {
    this.#parts = parts;
  }

  /** A complete reading, for one controller. */
  network(controller: string): Neighbourhood {
    const { world, isDiscovering, later } = this.#parts;
    const attachment = world.attachments.eth0;
    this.#listed.clear();
    this.#wasAsked = false;
    this.#hasBroadcast = false;
    this.#readAtMs = world.time.nowMs;
    if (!world.isGatewayUnknown) this.#identified = attachment;
    else if (isDiscovering && this.#identified !== attachment) {
      later(gatewayWaitMs, () => {
        this.#identified = attachment;
        this.#readAgain();
      });
    }
    return this.neighbourhood(controller);
  }

  /** A round probes the LAN. */
  discovering(): void {
    const { world, later } = this.#parts;
    this.#hasBroadcast = true;
    if (!this.#wasAsked) {
      this.#waits += 1;
      const wait = this.#waits;
      later(afterAskingMs, () => {
        if (wait === this.#waits) this.#readAgain();
      });
    } else if (world.time.nowMs >= this.#readAtMs + nearbyAgainMs) this.#readAgain();
    this.#wasAsked = true;
  }

  #readAgain(): void {
    this.#readAtMs = this.#parts.world.time.nowMs;
    this.#parts.onReadAgain();
  }

  /** What is known now; each neighbour is listed once in a network. */
  neighbourhood(controller: string): Neighbourhood {
    const { world, isDiscovering } = this.#parts;
    const identity = this.#identity();
    const networks = identity === null ? {} : { eth0: identity };
    if (!isDiscovering || world.network.place === 'nowhere') return { discovery: [], networks };
    const remembered = identity === null ? [] : this.#rememberedHosts(identity, controller);
    return {
      discovery: [
        ...remembered.map((host): DiscoveryTarget => {
          return { kind: 'remembered', host: zoned(host), port, interfaceName: 'eth0' };
        }),
        { kind: 'broadcast', host: '192.0.2.255', interfaceName: 'eth0' },
        { kind: 'multicast', host: 'ff02::1%eth0', interfaceName: 'eth0' },
        ...this.#neighbours(controller),
      ],
      networks,
    };
  }

  /** Remembers the address of a controller that answers on a LAN whose network is identified. */
  reached(controller: string, state: PathState): void {
    const { remembered } = this.#parts;
    const inUse = state.phase.is === 'on' ? candidateAt(state, state.phase.endpoint) : undefined;
    const identity = this.#identity();
    if (inUse?.last.verdict !== 'verified' || identity === null || !isOnLan(inUse.route)) return;
    const host = withoutZone(hostOf(inUse.endpoint));
    const others = this.#rememberedHosts(identity, controller).filter((earlier) => earlier !== host);
    const here = remembered.get(identity) ?? new Map<string, readonly string[]>();
    remembered.set(identity, here.set(controller, [host, ...others].slice(0, maxEndpoints)));
  }

  #rememberedHosts(identity: NetworkIdentity, controller: string): readonly string[] {
    return this.#parts.remembered.get(identity)?.get(controller) ?? [];
  }

  #neighbours(controller: string): readonly DiscoveryTarget[] {
    const listed = this.#listed.get(controller) ?? new Set();
    this.#listed.set(controller, listed);
    const hosts = this.#parts.world.network
      .neighbours(this.#hasBroadcast)
      .filter((neighbour) => !listed.has(neighbour));
    for (const host of hosts) listed.add(host);
    return hosts.map((host): DiscoveryTarget => {
      return { kind: 'neighbour', host, interfaceName: 'eth0', timeoutMs: neighbourTimeoutMs };
    });
  }

  /** Identified by the gateway's MAC address, which is unique for each place. */
  #identity(): NetworkIdentity | null {
    const { network, attachments } = this.#parts.world;
    if (network.place === 'nowhere' || this.#identified !== attachments.eth0) return null;
    return networkIdentity(gatewayMacs[network.place]);
  }
}

function zoned(host: string): string {
  return host.startsWith('fe80:') ? `${host}%eth0` : host;
}
