import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inviteText } from '../../client/profiles/invite-file.ts';
import { findProfile } from '../../client/profiles/profiles.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import { type ApprovalSubject, allowArguments, approvalSubject } from '../../shared/approval/approval.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { verifyInvite } from '../../shared/invite/read-invite.ts';
import { system } from '../system.ts';
import { asRoot, installedHelper } from './installed-helper.ts';
import { notRun } from './not-run.ts';
import { allowScript } from './root-script.ts';

const title = 'The network was not allowed';
/** NixOS has its setuid programs in the second. */
const pkexecPaths = ['/usr/bin/pkexec', '/run/wrappers/bin/pkexec'];

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
  const inTerminal = `sudo ${program} ${args.join(' ')}`;
  if (system === 'darwin') return await asRoot(allowScript(program, args), title, inTerminal);
  const pkexec = pkexecPaths.find((path) => existsSync(path));
  if (pkexec === undefined) {
    throw new HomingError({
      code: 'install-impossible',
      title,
      cause: 'This desktop has nothing that asks for a password (polkit).',
      remedy: `Have an administrator run in a terminal: ${inTerminal}`,
    });
  }
  await new Promise<void>((resolve, reject) => {
    execFile(pkexec, ['--disable-internal-agent', program, ...args], (error, _stdout, stderr) => {
      if (error) reject(notRun({ title, inTerminal, message: error.message, stderr }));
      else resolve();
    });
  });
}
