import type { ProfileSummary } from '../../shared/contract/app-state.ts';
import { addressesOf } from '../../shared/invite/describe.ts';
import type { Fingerprint } from '../../shared/invite/fingerprint.ts';
import { exitOf, possibleExits } from '../../shared/plan/exit.ts';
import { hostEntries } from '../../shared/plan/host-names.ts';
import type { Profile } from '../../shared/profile/profile.ts';

/** The app's data about a profile besides the profile itself. */
export interface ProfileFacts {
  readonly label: string | undefined;
  readonly joined: boolean;
  readonly key: ProfileSummary['key'];
  readonly fingerprint: Fingerprint | null;
}

/** A profile as the window shows it: no key, no preshared key. */
export function profileSummary(profile: Profile, facts: ProfileFacts): ProfileSummary {
  const { network, peer, settings } = profile;
  const { fingerprint } = facts;
  return {
    id: profile.id,
    network: network.name,
    label: facts.label ?? network.name,
    domain: network.domain,
    peer: peer.name,
    origin: profile.origin,
    serial: profile.origin === 'invite' ? profile.serial : null,
    fingerprint: fingerprint === null ? null : { words: [...fingerprint.words], hex: fingerprint.hex },
    addresses: addressesOf(profile),
    machines: machinesOf(profile),
    controllers: profile.controllers.map(({ name, publicKey, endpoints }) => ({
      name,
      publicKey,
      hasPrivate: endpoints.private.length > 0,
      hasPublic: endpoints.public.length > 0,
    })),
    settings: {
      discovery: settings.discovery,
      shortNames: settings.shortNames,
      listenPort: settings.listenPort ?? null,
      exit: exitOf(profile) ?? null,
    },
    exits: possibleExits(profile),
    mtu: settings.mtu,
    key: facts.key,
    joined: facts.joined,
  };
}

/** One entry a machine, with all of its addresses and names. */
function machinesOf(profile: Profile): ProfileSummary['machines'] {
  const entries = Map.groupBy(hostEntries(profile, profile.defaultController), ({ machine }) => machine);
  return profile.machines.flatMap(({ name, kind }) => {
    const [first, ...more] = entries.get(name) ?? [];
    if (first === undefined) return [];
    const [hostName = '', ...otherNames] = first.names;
    const isThisLaptop = kind === 'peer' && name === profile.peer.name;
    const otherAddresses = more.map(({ address }) => address);
    return [{ name, hostName, kind, address: first.address, otherAddresses, otherNames, isThisLaptop }];
  });
}
