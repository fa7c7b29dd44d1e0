import type { World } from '../../lab/world.ts';
import type { Carrier, CarrierWatch } from './carrier-watch.ts';

/** One way to keep a tunnel between the laptop and `nas` on the best path, in a world of its own. */
export interface Subject {
  readonly name: string;
  readonly world: World;
  /** Addresses inside the tunnel. */
  readonly inside: { readonly laptop: string; readonly nas: string };
  readonly watch: CarrierWatch;
  /** Puts the tunnel on a path by hand, if it does not get to the start of the next move by itself. */
  readonly force: (carrier: Carrier) => Promise<void>;
  /** The path that each end's own configuration names; undefined if it cannot be queried. */
  readonly configured: () => Promise<readonly (Carrier | undefined)[]>;
  /** The last decision that it reports, for the progress output. */
  readonly lastWord: () => Promise<string>;
}
