import { defaultSettings, type InviteProfile, interfaceNameFor } from '../profile/profile.ts';
import { profileId } from './fingerprint.ts';
import type { VerifiedInvite } from './read-invite.ts';

/**
 * The profile that an invite makes on this laptop. On an update what belongs to the laptop stays: its settings
 * and its interface name.
 */
export function profileFromInvite(
  invite: Pick<VerifiedInvite, 'payload' | 'networkKey'>,
  existing?: Pick<InviteProfile, 'settings' | 'interfaceName'>,
): InviteProfile {
  const { payload, networkKey } = invite;
  return {
    version: 1,
    origin: 'invite',
    id: profileId(networkKey),
    interfaceName: existing?.interfaceName ?? interfaceNameFor(payload.network.name),
    network: payload.network,
    settings: existing?.settings ?? defaultSettings,
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
