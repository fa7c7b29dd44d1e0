import type { InterfaceSilence } from '../../shared/paths/machine/traffic-watch.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import { interfaceDeleted } from '../../shared/timeline/network-reasons.ts';
import type { LiveInterface, LivePeer } from '../tunnel/system.ts';
import type { ControllerDriver } from './controller-driver.ts';

export interface InterfaceReaderParts {
  readonly read: () => Promise<LiveInterface | undefined>;
  readonly drivers: readonly ControllerDriver[];
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

/** Reads the live interface, and passes each machine the state of its controller. */
export class InterfaceReader {
  readonly #parts: InterfaceReaderParts;
  #isGone = false;

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
    this.#each(await this.#parts.read(), (driver, { receivedBytes, sentBytes }) =>
      driver.send({ type: 'counters', receivedBytes, sentBytes, ...why }),
    );
  }

  #each(live: LiveInterface | undefined, use: (driver: ControllerDriver, peer: LivePeer) => void): void {
    for (const driver of this.#parts.drivers) {
      const peer = peerOf(live, driver.controller);
      if (peer !== undefined) use(driver, peer);
    }
  }
}
