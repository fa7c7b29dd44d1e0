import { addressInSubnet, controllerAddressIn, parseSuffix } from '../addresses/plan.ts';
import { memberHostName } from '../names/member-name.ts';
import { isReservedBareName } from '../names/special-names.ts';
import type { InviteProfile, Profile } from '../profile/profile.ts';

/** One line of the hosts block. */
export interface HostEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** A line for a machine of a network. */
export interface MachineHostEntry extends HostEntry {
  /** The machine's name in the profile. */
  readonly machine: string;
}

/** How many machines have a name among the entries: a machine with two addresses counts once. */
export function countNames(entries: readonly MachineHostEntry[]): number {
  return new Set(entries.map(({ machine }) => machine)).size;
}

type NamedAddress = readonly [machine: Profile['machines'][number], address: string];

/** Names move away from the default controller only while it is unreachable. */
function addressesFromInvite(profile: InviteProfile, via: string): NamedAddress[] {
  const subnetOf = new Map<string, string>(profile.controllers.map((c) => [c.name, c.subnet]));
  const lost = via === profile.defaultController ? undefined : profile.defaultController;
  return profile.machines.flatMap((machine): NamedAddress[] => {
    const ipv4 = machine.ipv4 === undefined || !carriesIpv4(profile, machine, lost) ? [] : [machine.ipv4];
    const ipv6 = ipv6Of(profile, machine, subnetOf, via, lost);
    return [...(ipv6 === undefined ? [] : [ipv6]), ...ipv4].map(
      (address): NamedAddress => [machine, address],
    );
  });
}

function ipv6Of(
  profile: InviteProfile,
  machine: InviteProfile['machines'][number],
  subnetOf: ReadonlyMap<string, string>,
  via: string,
  lost: string | undefined,
): string | undefined {
  const ownSubnet = subnetOf.get(machine.name);
  if (machine.kind === 'controller' && ownSubnet !== undefined) return controllerAddressIn(ownSubnet);
  const suffix = machine.suffix === undefined ? undefined : parseSuffix(machine.suffix);
  const designated = machine.controller === lost ? undefined : machine.controller;
  const subnet = subnetOf.get(designated ?? via) ?? subnetOf.get(profile.defaultController);
  return suffix === undefined || subnet === undefined ? undefined : addressInSubnet(subnet, suffix);
}

/** IPv4 between peers has a single path, so no name may resolve to it while that path is lost. */
function carriesIpv4(
  profile: InviteProfile,
  machine: InviteProfile['machines'][number],
  lost: string | undefined,
): boolean {
  return machine.kind === 'controller' ? machine.name !== lost : profile.network.ipv4?.controller !== lost;
}

/** The names below the network's domain and, if enabled, the bare names. */
function namesOf(profile: Profile, machine: Profile['machines'][number]): string[] {
  const aliases = 'aliases' in machine ? (machine.aliases ?? []) : [];
  return [machine.name, ...aliases].map(memberHostName).flatMap((name) => [
    `${name}.${profile.network.domain}`,
    // A bare name with a dot could be in someone else's domain.
    ...(profile.settings.shortNames && !name.includes('.') && !isReservedBareName(name) ? [name] : []),
  ]);
}

/**
 * The names of a network and their addresses: a controller by its ::1, a peer by its address in the subnet of its
 * designated controller, else of `via`: normally the default controller, or a reachable controller when that is not. A
 * machine with an IPv4 address has a second line.
 */
export function hostEntries(profile: Profile, via: string): MachineHostEntry[] {
  const addresses =
    profile.origin === 'invite'
      ? addressesFromInvite(profile, via)
      : profile.machines.map((machine): NamedAddress => [machine, machine.address]);
  return addresses.map(([machine, address]) => ({
    machine: machine.name,
    address,
    names: namesOf(profile, machine),
  }));
}
