import type { World } from '../../lab/world.ts';
import type { Carrier, CarrierWatch } from './carrier-watch.ts';

/** One way to keep a tunnel between the laptop and `nas` on the best path, in a world of its own. */
export interface Subject {
  readonly name: string;
  readonly world: World;
  /** Addresses inside the tunnel. */
  readonly inside: { readonly laptop: string; readonly nas: string };
  readonly watch: CarrierWatch;
  /** Puts the tunnel on a path by hand, for the next move to start from where it does not get there by itself. */
  readonly force: (carrier: Carrier) => Promise<void>;
  /** The path that each end's own configuration names; undefined where it cannot be asked. */
  readonly configured: () => Promise<readonly (Carrier | undefined)[]>;
  /** What it says of its last decision, for the progress. */
  readonly lastWord: () => Promise<string>;
}
