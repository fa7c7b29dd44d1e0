import { HomingError, shown } from '../errors/problem.ts';
import { type MemberName, parseMemberName } from '../names/member-name.ts';
import type { WgQuickProfile } from '../profile/profile.ts';
import { networkNamed } from './import.ts';

/** Names that the user chooses, instead of those derived from the file. */
export interface GivenNames {
  readonly network?: string | undefined;
  /** From the name in the file to the new one, for controllers and other machines. */
  readonly members?: ReadonlyMap<string, string> | undefined;
}

/**
 * A profile with the user's names.
 * @throws HomingError `bad-name`, `unknown-member`, `duplicate-name`
 */
export function withNames(profile: WgQuickProfile, given: GivenNames): WgQuickProfile {
  const members = given.members ?? new Map<string, string>();
  refuseUnknown(profile, [...members.keys()]);
  const renamed = new Map<string, MemberName>(
    [...members].map(([from, to]) => [from, parseMemberName(to.trim().toLowerCase(), `the name of ${from}`)]),
  );
  const nameOf = (name: MemberName): MemberName => renamed.get(name) ?? name;
  refuseRepeated(memberNames(profile).map((name) => renamed.get(name) ?? name));
  const named: WgQuickProfile = {
    ...profile,
    defaultController: nameOf(profile.defaultController),
    controllers: profile.controllers.map((controller) => ({ ...controller, name: nameOf(controller.name) })),
    machines: profile.machines.map((machine) => ({ ...machine, name: nameOf(machine.name) })),
    settings: { ...profile.settings, ...exitNamed(profile, renamed) },
  };
  if (given.network === undefined) return named;
  return {
    ...named,
    ...networkNamed(parseMemberName(given.network.trim().toLowerCase(), 'the network’s name')),
  };
}

/** The exit is chosen by name: without its new one, other traffic would silently leave outside the tunnel. */
function exitNamed(
  { settings: { exit } }: WgQuickProfile,
  renamed: ReadonlyMap<string, string>,
): { readonly exit?: string } {
  return exit === undefined ? {} : { exit: renamed.get(exit) ?? exit };
}

/**
 * The names of a stored profile of the same file: an update keeps them, whatever the file is called now. Members are
 * matched by public key, or without one by address.
 */
export function namesKept(stored: WgQuickProfile, draft: WgQuickProfile): GivenNames {
  const byKey = new Map(stored.controllers.map(({ publicKey, name }) => [publicKey, name]));
  const byAddress = new Map(stored.machines.map(({ address, name }) => [address, name]));
  const controllers = draft.controllers.map(({ name, publicKey }) => [name, byKey.get(publicKey)] as const);
  const isController = new Set<string>(draft.controllers.map(({ name }) => name));
  const machines = draft.machines
    .filter(({ name }) => !isController.has(name))
    .map(({ name, address }) => [name, byAddress.get(address)] as const);
  const kept = [...controllers, ...machines].flatMap(([from, to]) =>
    to === undefined ? [] : [[from, to] as const],
  );
  const free = new Set(memberNames(draft).filter((name) => !kept.some(([from]) => from === name)));
  // A new member may have a name that was given to another: then the file's names count.
  const members = kept.some(([, to]) => free.has(to)) ? new Map() : new Map(kept);
  return { network: stored.network.name, members };
}

function memberNames({ controllers, machines }: WgQuickProfile): string[] {
  return [...new Set<string>([...controllers, ...machines].map(({ name }) => name))];
}

function refuseUnknown(profile: WgQuickProfile, names: readonly string[]): void {
  const known = memberNames(profile);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new HomingError({
    code: 'unknown-member',
    title: 'There is no such machine in the file',
    cause: `${shown(unknown)} cannot be renamed.`,
    remedy: `The file has ${known.join(', ')}.`,
  });
}

function refuseRepeated(names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated === undefined) return;
  throw new HomingError({
    code: 'duplicate-name',
    title: 'Two machines would have the same name',
    cause: `The name ${shown(repeated)} is used twice.`,
    remedy: 'Give each machine its own name.',
  });
}
