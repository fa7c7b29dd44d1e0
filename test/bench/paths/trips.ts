import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../lab/world.ts';
import { isolateLaptop, joinLaptop } from './lan-isolation.ts';
import type { Trip } from './round-trips.ts';

/** The LAN comes back at a moment that has nothing to do with the timers of whoever waits for it. */
const shortestWaitMs = 3_000;
const waitSpreadMs = 9_000;

async function randomWait(): Promise<void> {
  await sleep(shortestWaitMs + Math.random() * waitSpreadMs);
}

/** The cable is pulled, then plugged in again. */
export function cableTrip({ laptopLan }: World): Trip {
  return {
    name: 'event',
    leave: () => laptopLan.unplug(),
    meanwhile: async () => undefined,
    comeBack: () => laptopLan.restore(),
  };
}

/**
 * The LAN falls silent with the carrier up; it comes back without a change that the laptop could see. (Restoring the
 * link is one that it can see: that happens while `nas` is still kept away.)
 */
export function silenceTrip(world: World): Trip {
  return {
    name: 'silence',
    leave: () => world.laptopLan.silence(),
    meanwhile: async () => {
      await isolateLaptop(world);
      await world.laptopLan.restore();
      await randomWait();
    },
    comeBack: () => joinLaptop(world),
  };
}

/** `nas` is kept from the laptop's LAN and is let back: nothing but packets tells of either. */
export function isolationTrip(world: World): Trip {
  return {
    name: 'isolation',
    leave: () => isolateLaptop(world),
    meanwhile: randomWait,
    comeBack: () => joinLaptop(world),
  };
}
