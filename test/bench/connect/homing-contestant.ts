import type { InstalledHost } from '../../mesh/support/installed-host.ts';
import type { Contestant } from './contestant.ts';

/**
 * `homing up` as the laptop's user, from the bundles that people install.
 * @param freshHelper restarts the helper before each: it has then never brought up a tunnel
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
