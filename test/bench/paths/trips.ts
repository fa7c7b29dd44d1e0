import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../lab/host-process.ts';
import type { World } from '../../lab/world.ts';
import { random } from '../random.ts';
import { isolateLaptop, joinLaptop } from './lan-isolation.ts';
import type { Trip } from './round-trips.ts';

/** The LAN comes back at a moment independent of all timers. */
const minWaitMs = 3_000;
const waitSpreadMs = 9_000;

async function nothing(): Promise<void> {}

async function randomWait(): Promise<void> {
  await sleep(minWaitMs + random.next() * waitSpreadMs);
}

/**
 * The cable is pulled, then plugged in again. A network manager, which is already running, removes the addresses and
 * routes within a millisecond of the loss of carrier; starting `ip` for each step would take the lab 20 ms and more,
 * during which the kernel would keep sending to the dead link.
 */
export function cableTrip({ laptopLan, laptop }: World): Trip {
  let manager: HostProcess | undefined;
  return {
    name: 'event',
    prepare: async () => {
      manager?.kill('SIGKILL');
      manager = await laptop.spawn(['ip', '-4', '-batch', '-']);
    },
    leave: async () => {
      await laptopLan.carrierDown();
      const device = laptopLan.interfaceName;
      manager?.write(`address flush dev ${device} scope global\nroute flush dev ${device}\n`);
      manager?.closeInput();
      await laptopLan.unplug();
    },
    meanwhile: nothing,
    comeBack: () => laptopLan.restore(),
  };
}

/**
 * The LAN falls silent with the carrier up; it comes back without a change that the laptop could detect. (Restoring the
 * link is detectable: that happens while `nas` is still isolated.)
 */
export function silenceTrip(world: World): Trip {
  return {
    name: 'silence',
    prepare: nothing,
    leave: () => world.laptopLan.silence(),
    meanwhile: async () => {
      await isolateLaptop(world);
      await world.laptopLan.restore();
      await randomWait();
    },
    comeBack: () => joinLaptop(world),
  };
}

/** `nas` is isolated from the laptop's LAN and reconnected: only packets show either. */
export function isolationTrip(world: World): Trip {
  return {
    name: 'isolation',
    prepare: nothing,
    leave: () => isolateLaptop(world),
    meanwhile: randomWait,
    comeBack: () => joinLaptop(world),
  };
}
