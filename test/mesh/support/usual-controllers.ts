import { wireGuardPort } from '../../lab/wireguard-host.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import type { ControllerPlace } from './authored-network.ts';

/** The NAS at home: on its LAN, and behind the home router's forwarded port. */
export function nasAtHome(world: World): ControllerPlace {
  return {
    host: world.nas,
    privateEndpoints: [`${at.private.nas}:${wireGuardPort}`],
    publicEndpoints: [`${at.internet.home}:${wireGuardPort}`],
  };
}

/** The server in the data centre, which has no LAN. */
export function vpsInDataCentre(world: World): ControllerPlace {
  return { host: world.host('vps'), publicEndpoints: [`${at.dataCentre.vps}:${wireGuardPort}`] };
}
