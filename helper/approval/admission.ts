import { allowArguments, approvalSubject } from '../../shared/approval/approval.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { fingerprintOf } from '../../shared/invite/fingerprint.ts';
import type { VerifiedInvite } from '../../shared/invite/read-invite.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { isAllowed, isApprovalNeeded } from './approvals.ts';
import type { KnownNetworks } from './known-networks.ts';

export interface AdmissionParts {
  readonly known: KnownNetworks;
  readonly approvalDirectory: string;
  /** How an administrator starts the helper's program in a terminal, without `sudo`. */
  readonly program: string;
}

/** Decides in turn whether a network may be connected: what it knows changes with each network that was. */
export interface Gate {
  /** @throws HomingError */
  check(): void;
  /** Records the network that is connected now. */
  connected(): void;
}

/**
 * Whether a network may be connected. Its rules do not replace those for any profile (shared/plan/refusals.ts).
 *
 * - A network keeps its signing key, and its serial never goes back. Another key is an administrator's decision.
 * - On a machine that asks for each new network, the first connection of a signed network and of each version of an unsigned
 *   profile is an administrator's decision. Malware of the user can then switch networks on and off, but not invent one.
 */
export class Admission {
  readonly #parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /**
   * @param invite verified; undefined for a profile that no invite vouches for
   * @throws HomingError `approval-needed`, `network-key-changed`, `invite-older-serial`
   */
  check(profile: Profile, invite: VerifiedInvite | undefined): void {
    const { known, approvalDirectory } = this.#parts;
    const otherKey = invite && known.otherKeyOf(invite);
    const needsApproval = isApprovalNeeded(approvalDirectory);
    if (needsApproval || otherKey !== undefined) {
      const subject = approvalSubject(profile, invite?.networkKey);
      if (!isAllowed(approvalDirectory, subject)) {
        const words = subject.fingerprint.words.join(' ');
        const command = `sudo ${this.#parts.program} ${allowArguments(subject).join(' ')}`;
        throw otherKey === undefined
          ? approvalNeeded(profile, words, invite !== undefined, command)
          : keyChanged(profile, fingerprintOf(otherKey).words.join(' '), words, command);
      }
    }
    if (invite !== undefined) known.refuseOlder(invite);
  }

  /** Records a network that is connected now. */
  connected(invite: VerifiedInvite | undefined): void {
    if (invite !== undefined) this.#parts.known.remember(invite);
  }
}

function approvalNeeded(profile: Profile, words: string, isSigned: boolean, command: string): HomingError {
  const name = profile.network.name;
  return new HomingError({
    code: 'approval-needed',
    title: `An administrator must allow "${name}" first`,
    cause: isSigned
      ? `This laptop asks an administrator about each new network. "${name}" is signed by "${words}".`
      : `This laptop asks an administrator about each new network. "${name}" is not signed; its content has the words "${words}".`,
    remedy: `Compare the six words, then have an administrator run: ${command}`,
  });
}

function keyChanged(profile: Profile, before: string, now: string, command: string): HomingError {
  const name = profile.network.name;
  return new HomingError({
    code: 'network-key-changed',
    title: `"${name}" is signed by another key than before`,
    cause: `It was "${before}"; this invite is signed by "${now}".`,
    remedy: `Ask the admin of the network. If the key was really replaced, have an administrator run: ${command}`,
  });
}
