import { addressInSubnet, controllerAddressIn, parseSuffix } from '../addresses/plan.ts';
import type { InviteProfile, Profile } from '../profile/profile.ts';

/** One line of the hosts block. */
export interface HostEntry {
  readonly address: string;
  readonly names: readonly string[];
}

function addressesFromInvite(profile: InviteProfile, via: string): [name: string, address: string][] {
  const subnetOf = new Map<string, string>(profile.controllers.map((c) => [c.name, c.subnet]));
  const peerSubnet = subnetOf.get(via) ?? subnetOf.get(profile.defaultController);
  return profile.machines.flatMap((machine): [string, string][] => {
    const subnet = subnetOf.get(machine.name);
    if (machine.kind === 'controller' && subnet !== undefined)
      return [[machine.name, controllerAddressIn(subnet)]];
    const suffix = machine.suffix === undefined ? undefined : parseSuffix(machine.suffix);
    if (suffix === undefined || peerSubnet === undefined) return [];
    return [[machine.name, addressInSubnet(peerSubnet, suffix)]];
  });
}

/**
 * The names of a network and their addresses: a controller by its ::1, a peer by its address in the subnet
 * of the controller `via`, normally the default one and a reachable one when that is not.
 */
export function hostEntries(profile: Profile, via: string): HostEntry[] {
  const addresses =
    profile.origin === 'invite'
      ? addressesFromInvite(profile, via)
      : profile.machines.map((m): [string, string] => [m.name, m.address]);
  return addresses.map(([name, address]) => ({
    address,
    names: [`${name}.${profile.network.domain}`, ...(profile.settings.shortNames ? [name] : [])],
  }));
}
