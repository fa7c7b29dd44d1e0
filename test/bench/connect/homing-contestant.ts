import type { InstalledHost } from '../../mesh/support/installed-host.ts';
import type { Contestant } from './contestant.ts';

/**
 * `homing up` as the laptop's user, from the bundles that users install.
 * @param freshHelper restarts the helper before each run, so that it has never brought up a tunnel
 */
export function homingContestant(laptop: InstalledHost, freshHelper: boolean): Contestant {
  let running = false;
  return {
    name: 'homing up',
    prepare: async () => {
      if (running && !freshHelper) return;
      if (running) await laptop.stopHelper();
      await laptop.startHelper();
      running = true;
    },
    up: async () => {
      await laptop.mustHoming(['up']);
    },
    down: async () => {
      await laptop.mustHoming(['down']);
    },
  };
}
