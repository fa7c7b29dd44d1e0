import { isHostLabel } from '../names/host-label.ts';
import type { InvitePayload } from './payload.ts';

/**
 * Versions of an invite. A Homing refuses a version that it does not know with "update Homing", and every field that
 * it does not know, so an invite carries the lowest version that can say what it says: laptops with an older Homing
 * keep reading the invites of networks that use nothing new.
 *
 * | version | what it added |
 * | 1 | the network, its controllers, machines, preshared keys and routes |
 * | 2 | IPv4 addresses, aliases, a designated controller for each peer, MTU, a fixed port, `migrate`, names with capitals and dots, a secret for the join card |
 * | 3 | a controller that all traffic can go through |
 */
export const newestInviteVersion = 3;

/** The lowest version that a payload can be written in. */
export function inviteVersionFor(payload: Omit<InvitePayload, 'version'>): InvitePayload['version'] {
  const { network, peer, controllers, machines } = payload;
  if (controllers.some(({ exit }) => exit !== undefined)) return 3;
  const names = [
    network.name,
    peer.name,
    ...controllers.map(({ name }) => name),
    ...machines.map(({ name }) => name),
  ];
  const isNew =
    payload.joinSecret !== undefined ||
    !names.every(isHostLabel) ||
    [network.mtu, network.ipv4, peer.ipv4, peer.listenPort].some((value) => value !== undefined) ||
    controllers.some(({ ipv4, migrate }) => ipv4 !== undefined || migrate !== undefined) ||
    machines.some(({ ipv4, aliases, controller }) =>
      [ipv4, aliases, controller].some((value) => value !== undefined),
    );
  return isNew ? 2 : 1;
}
