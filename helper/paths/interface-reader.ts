import type { InterfaceSilence } from '../../shared/paths/machine/traffic-watch.ts';
import { stepUnsent, type UnsentState } from '../../shared/paths/machine/unsent-packets.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import { interfaceDeleted } from '../../shared/timeline/network-reasons.ts';
import type { LiveInterface, LivePeer, TunnelSystem } from '../tunnel/system.ts';
import type { ControllerDriver } from './controller-driver.ts';
import type { InterfaceSends } from './session-watch.ts';

type Driver = Pick<ControllerDriver, 'controller' | 'handshakeAgeMs' | 'send'>;

export interface InterfaceReaderParts {
  readonly read: () => Promise<LiveInterface | undefined>;
  readonly drivers: readonly Driver[];
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly onRead: () => void;
  readonly onTrouble: (reason: string) => void;
}

/** One controller in the live interface. */
export function peerOf(
  live: LiveInterface | undefined,
  { publicKey }: PlannedController,
): LivePeer | undefined {
  return live?.peers.find((peer) => peer.publicKey === publicKey);
}

/** Bytes that WireGuard sent to all controllers; null when the interface is gone. */
function sentToAll(live: LiveInterface | undefined): number | null {
  return live === undefined ? null : live.peers.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
}

/** What is sent over one interface, to all its controllers. */
export function interfaceSends(
  system: Pick<TunnelSystem, 'read' | 'packetCounters'>,
  interfaceName: string,
): InterfaceSends {
  return {
    packets: () => system.packetCounters(interfaceName)?.sent ?? null,
    bytes: async () => sentToAll(await system.read(interfaceName)),
  };
}

/** Reads the live interface, and passes each machine the state of its controller. */
export class InterfaceReader {
  readonly #parts: InterfaceReaderParts;
  #isGone = false;
  #unsent: UnsentState | null = null;

  constructor(parts: InterfaceReaderParts) {
    this.#parts = parts;
  }

  /** Endpoints and handshakes. An interface that is gone is recorded once. */
  async peers(): Promise<void> {
    const { onRead, onTrouble } = this.#parts;
    const live = await this.#parts.read();
    if (live === undefined && !this.#isGone) onTrouble(interfaceDeleted);
    this.#isGone = live === undefined;
    this.#each(live, (driver, peer) =>
      driver.send({
        type: 'interface-read',
        endpoint: peer.endpoint ?? null,
        handshakeAgeMs: driver.handshakeAgeMs(peer),
      }),
    );
    onRead();
  }

  /** Byte counters: those of the interface hide the silence of one controller behind the answers of another. */
  async counters(silence?: InterfaceSilence): Promise<void> {
    const why = silence === undefined ? {} : { silence };
    const live = await this.#parts.read();
    this.#each(live, (driver, { receivedBytes, sentBytes }) =>
      driver.send({ type: 'counters', receivedBytes, sentBytes, ...why }),
    );
    const { state, unsentSinceMs } = stepUnsent(this.#unsent, sentToAll(live), silence, this.#parts.nowMs());
    this.#unsent = state;
    if (unsentSinceMs === null) return;
    for (const driver of this.#parts.drivers) driver.send({ type: 'silent', sinceMs: unsentSinceMs });
  }

  #each(live: LiveInterface | undefined, use: (driver: Driver, peer: LivePeer) => void): void {
    for (const driver of this.#parts.drivers) {
      const peer = peerOf(live, driver.controller);
      if (peer !== undefined) use(driver, peer);
    }
  }
}
