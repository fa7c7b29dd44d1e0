import { z } from 'zod';
import type { Quarantine } from '../../shared/paths/machine/lan-trust.ts';
import { failureExpiryMs, maxQuarantineMs, maxQuarantines } from '../../shared/paths/machine/quarantine.ts';
import type { NetworkIdentity } from '../../shared/paths/network-identity.ts';
import {
  networkNotRead,
  quarantinesNotLoaded,
  quarantinesNotSaved,
} from '../../shared/timeline/network-reasons.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import { identitySchema } from './remembered-networks.ts';
import { StateFile } from './state-file.ts';
import type { Time } from './time.ts';

/**
 * The quarantined LANs of each controller, stored on disk: a restart of the helper, which anybody in a café can wait for,
 * must not make it try a relay again. The machine's clock starts at zero with each helper, so the file holds the time of
 * writing and what remained then, both of the wall clock.
 *
 * A clock that was set forward ends a quarantine early, which costs one failed move. One that was set back does not extend
 * it: what remained when it was written starts again, once.
 */

const storedSchema = z.strictObject({
  network: identitySchema,
  failures: z.int().min(1).max(1_000),
  /** Milliseconds since 1970. */
  writtenAtMs: z.int().min(0),
  /** Negative once it has ended: its failures are remembered for an hour more. */
  remainingMs: z.int().min(-failureExpiryMs).max(maxQuarantineMs),
});
const fileSchema = z.record(z.string(), z.array(storedSchema).max(maxQuarantines));

type Stored = z.infer<typeof storedSchema>;

const kind = {
  schema: fileSchema,
  empty: {},
  notLoaded: quarantinesNotLoaded,
  notSaved: quarantinesNotSaved,
};

export class RememberedQuarantines {
  readonly #file: StateFile<z.infer<typeof fileSchema>>;
  readonly #time: Pick<Time, 'nowMs' | 'wallMs'>;
  readonly #onProblem: (reason: string) => void;

  /** @param onProblem called for a file that cannot be read or written; nothing depends on it */
  constructor(
    stateDirectory: string,
    profileId: string,
    time: Pick<Time, 'nowMs' | 'wallMs'>,
    onProblem: (reason: string) => void,
  ) {
    this.#file = new StateFile(stateDirectory, `quarantines-${profileId}.json`, kind, onProblem);
    this.#time = time;
    this.#onProblem = onProblem;
    const isFuture = ({ writtenAtMs }: Stored) => writtenAtMs > time.wallMs();
    const stored = this.#file.value;
    // Written now, so that a clock in the past cannot start them again at every restart.
    if (Object.values(stored).flat().some(isFuture))
      for (const controller of Object.keys(stored)) this.set(controller, this.get(controller));
  }

  /** The quarantines of a controller, on the machine's clock. */
  get(controller: string): readonly Quarantine[] {
    const stored = this.#file.value;
    const own = Object.hasOwn(stored, controller) ? (stored[controller] ?? []) : [];
    return own.flatMap(({ network, failures, ...times }): Quarantine[] => {
      const remainingMs = this.#remainingMs(times);
      if (remainingMs <= -failureExpiryMs) return [];
      return [{ network, failures, untilMs: this.#time.nowMs() + remainingMs }];
    });
  }

  /**
   * The controllers whose LAN is quarantined where the laptop is now. The network is read only if there is a quarantine
   * anywhere, since that starts a process. Never throws.
   */
  async here(system: Pick<TunnelSystem, 'neighbourhood'>): Promise<ReadonlySet<string>> {
    const active = Object.keys(this.#file.value).flatMap((name) =>
      this.get(name)
        .filter(({ untilMs }) => untilMs > this.#time.nowMs())
        .map(({ network }) => ({ name, network })),
    );
    if (active.length === 0) return new Set();
    try {
      const { networks } = await system.neighbourhood();
      const here = new Set<NetworkIdentity | null>(networks.values());
      return new Set(active.filter(({ network }) => here.has(network)).map(({ name }) => name));
    } catch (error) {
      this.#onProblem(networkNotRead(String(error)));
      return new Set();
    }
  }

  /** Replaces those of a controller. A network that was not identified cannot be recognised again. */
  set(controller: string, quarantines: readonly Quarantine[]): void {
    const [nowMs, writtenAtMs] = [this.#time.nowMs(), Math.floor(this.#time.wallMs())];
    const stored = quarantines.flatMap(({ network, failures, untilMs }): Stored[] => {
      const remainingMs = Math.ceil(untilMs - nowMs);
      if (network === null || remainingMs <= -failureExpiryMs) return [];
      return [{ network, failures: Math.min(failures, 1_000), writtenAtMs, remainingMs }];
    });
    this.#file.set({ ...this.#file.value, [controller]: stored.slice(0, maxQuarantines) });
  }

  #remainingMs({ writtenAtMs, remainingMs }: Pick<Stored, 'writtenAtMs' | 'remainingMs'>): number {
    return remainingMs - Math.max(0, this.#time.wallMs() - writtenAtMs);
  }
}
