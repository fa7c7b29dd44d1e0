import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { isLanQuarantined } from './lan-quarantine.ts';
import { changeNasAddress, joinLan, partLan } from './roaming-lan-loss.ts';
import { controllerIn } from './roaming-laptop.ts';
import { holds } from './roaming-load.ts';
import type { RoamingMesh } from './roaming-mesh.ts';

/** The moves of the soak, and the conditions after each. */

export interface SoakState {
  readonly place: Place;
  /** The LAN at home drops packets between the laptop and `nas`. */
  readonly apart: boolean;
}

export interface SoakMove {
  readonly name: string;
  /** @returns the state that follows */
  make(mesh: RoamingMesh, state: SoakState): Promise<SoakState>;
}

const places: readonly Place[] = ['home', 'cafe', 'hotel', 'nowhere'];
/**
 * With a controller that does not know the probe key, WireGuard starts a new handshake after 15 s (paper, section 6.5).
 */
const patienceMs = 40_000;

function pathFor({ place, apart }: SoakState): 'lan' | 'internet' | 'none' {
  if (place === 'nowhere') return 'none';
  return place === 'home' && !apart ? 'lan' : 'internet';
}

/** After this time without the LAN, the reason may be a quarantine. */
const beforeQuarantineMs = 3_000;

/**
 * Waits until the path is the right one, and checks that it stays. A LAN at which an address that no invite names fell silent is
 * quarantined for minutes (decision 0071): until then the internet is right there too.
 * @throws Error if it does not
 */
export async function checkPath(mesh: RoamingMesh, state: SoakState): Promise<void> {
  const path = pathFor(state);
  if (path === 'none') return void (await mesh.laptop.untilPath('nas', 'none', { timeoutMs: patienceMs }));
  if (path === 'lan') {
    const isOnLan = await mesh.laptop.untilPath('nas', 'lan', { timeoutMs: beforeQuarantineMs }).then(
      () => true,
      () => false,
    );
    if (!isOnLan && (await isLanQuarantined(mesh, 'nas')))
      return await holds(mesh, 'internet', 250, patienceMs);
  }
  await holds(mesh, path, 250, patienceMs);
}

function goTo(place: Place): SoakMove {
  return {
    name: `go to ${place}`,
    make: async ({ world }, state) => {
      await world.moveLaptop(place);
      return { ...state, place };
    },
  };
}

const part: SoakMove = {
  name: 'the LAN falls silent',
  make: async ({ world }, state) => {
    await partLan(world);
    return { ...state, apart: true };
  },
};

const join: SoakMove = {
  name: 'the LAN works again, without any event',
  make: async ({ world }, state) => {
    await joinLan(world);
    return { ...state, apart: false };
  },
};

function replug(pauseMs: number): SoakMove {
  return {
    name: `unplug for ${pauseMs} ms`,
    make: async ({ world }, state) => {
      await world.laptopLan.unplug();
      await sleep(pauseMs);
      await world.moveLaptop(state.place);
      return state;
    },
  };
}

const changeAddress: SoakMove = {
  name: 'nas changes its LAN address, and later back',
  make: async (mesh, state) => {
    await leaveAddress(mesh, state, at.private.nas, '192.0.2.77');
    await checkPath(mesh, state);
    await leaveAddress(mesh, state, '192.0.2.77', at.private.nas);
    return state;
  },
};

/** Until the silence of the former address is noticed, the path looks right. */
async function leaveAddress(mesh: RoamingMesh, state: SoakState, from: string, to: string): Promise<void> {
  await changeNasAddress(mesh.world, from, to);
  if (pathFor(state) !== 'lan') return;
  await mesh.laptop.until(
    `nas is left at ${from}`,
    (status) => controllerIn(status, 'nas').endpoint?.startsWith(`${from}:`) !== true,
    patienceMs,
  );
}

const restartController: SoakMove = {
  name: 'nas restarts WireGuard',
  make: async ({ world }, state) => {
    await world.nas.run(['wg-quick', 'down', 'wg0']);
    await world.nas.run(['wg-quick', 'up', 'wg0']);
    return state;
  },
};

const killHelper: SoakMove = {
  name: 'kill -9 the helper and start it again',
  make: async ({ laptop }, state) => {
    await laptop.installed.killHelper();
    await laptop.installed.startHelper();
    return state;
  },
};

function goWithoutHelper(place: Exclude<Place, 'nowhere'>): SoakMove {
  return {
    name: `kill -9 the helper, go to ${place}, start it again`,
    make: async ({ world, laptop }, state) => {
      await laptop.installed.killHelper();
      await world.moveLaptop(place);
      await laptop.installed.startHelper();
      return { ...state, place };
    },
  };
}

/** The moves possible now; duplicates are twice as likely. */
function possible(state: SoakState): readonly SoakMove[] {
  const travel = places.filter((place) => place !== state.place).map(goTo);
  if (state.place === 'nowhere') return travel;
  const atHome = state.place === 'home';
  return [
    ...travel,
    replug(0),
    replug(300),
    killHelper,
    goWithoutHelper(atHome ? 'cafe' : 'home'),
    restartController,
    ...(state.apart ? [join, join] : atHome ? [part, part, changeAddress] : []),
  ];
}

export function nextMove(state: SoakState, random: () => number): SoakMove {
  const moves = possible(state);
  return moves[Math.floor(random() * moves.length)] ?? goTo('home');
}
