import {
  defaultSettings,
  type InviteProfile,
  interfaceNameFor,
  inviteProfileSchema,
  type LocalChoices,
  type ProfileSettings,
} from '../profile/profile.ts';
import { profileId } from './fingerprint.ts';
import { payloadProblem } from './payload-problem.ts';
import type { VerifiedInvite } from './read-invite.ts';

/** This laptop's profile from an invite. An update keeps the laptop's settings and its interface name. */
export function profileFromInvite(
  invite: Pick<VerifiedInvite, 'payload' | 'networkKey'>,
  existing?: Pick<InviteProfile, 'settings' | 'interfaceName' | 'network' | 'peer'>,
): InviteProfile {
  const { payload, networkKey } = invite;
  return {
    version: 1,
    origin: 'invite',
    id: profileId(networkKey),
    interfaceName: existing?.interfaceName ?? interfaceNameFor(payload.network.name),
    network: payload.network,
    settings: settingsFrom(payload, existing),
    defaultController: payload.defaultController,
    serial: payload.serial,
    peer: payload.peer,
    controllers: payload.controllers.map(({ endpoints, routes = [], ...controller }) => ({
      ...controller,
      endpoints: { private: [...endpoints.private], public: [...endpoints.public] },
      routes,
    })),
    machines: payload.machines,
  };
}

/**
 * The profile that an invite and this laptop's choices give, checked as a whole: the helper derives it from a request.
 * @throws HomingError `invite-malformed`
 */
export function profileOfInvite(
  invite: Pick<VerifiedInvite, 'payload' | 'networkKey'>,
  local: LocalChoices,
): InviteProfile {
  const profile = { ...profileFromInvite(invite), ...local };
  const parsed = inviteProfileSchema.safeParse(profile);
  if (parsed.success) return parsed.data;
  throw payloadProblem(parsed.error, profile, {
    code: 'invite-malformed',
    title: 'The invite does not describe a network',
    remedy: 'Ask the admin of the network for a new invite.',
  });
}

/** MTU and port follow the network unless they were changed on this laptop. */
function settingsFrom(
  payload: VerifiedInvite['payload'],
  existing: Pick<InviteProfile, 'settings' | 'network' | 'peer'> | undefined,
): ProfileSettings {
  const { listenPort, ...settings } = existing?.settings ?? defaultSettings;
  const follows = <T>(value: T, before: T) => existing === undefined || value === before;
  const mtu = follows(settings.mtu, existing?.network.mtu ?? defaultSettings.mtu)
    ? (payload.network.mtu ?? defaultSettings.mtu)
    : settings.mtu;
  const port = follows(listenPort, existing?.peer.listenPort) ? payload.peer.listenPort : listenPort;
  return { ...settings, mtu, ...(port === undefined ? {} : { listenPort: port }) };
}
