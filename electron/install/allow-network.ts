import { inviteText } from '../../client/profiles/invite-file.ts';
import { findProfile } from '../../client/profiles/profiles.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import { type ApprovalSubject, allowArguments, approvalSubject } from '../../shared/approval/approval.ts';
import { verifyInvite } from '../../shared/invite/read-invite.ts';
import { asAdministrator } from './as-administrator.ts';
import { installedHelper } from './installed-helper.ts';

const title = 'The network was not allowed';

/** What an administrator is asked about for a stored profile. @throws HomingError as `findProfile`, `verifyInvite` */
async function subjectOf(store: ProfileStore, profileId: string): Promise<ApprovalSubject> {
  const profile = await findProfile(store, profileId);
  const text = profile.origin === 'invite' ? await inviteText(store, profileId) : undefined;
  return approvalSubject(profile, text === undefined ? undefined : verifyInvite(text).networkKey);
}

/**
 * Asks an administrator to allow a network: pkexec with an action of its own on Linux, whose dialog shows the six words; the
 * system's password dialog on macOS.
 * @throws HomingError `install-cancelled`, `install-impossible`, `install-failed`
 */
export async function allowNetwork(store: ProfileStore, profileId: string): Promise<void> {
  const args = allowArguments(await subjectOf(store, profileId));
  const program = await installedHelper();
  await asAdministrator({ program, args, title, isForTerminal: true });
}
