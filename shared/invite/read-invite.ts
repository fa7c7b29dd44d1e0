import { HomingError, shown } from '../errors/problem.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';
import { type SignatureCheck, verifyCompact } from './jws.ts';
import { jwsIn } from './link.ts';
import type { NetworkKey } from './network-key.ts';
import { type InvitePayload, invitePayloadSchema } from './payload.ts';
import { payloadProblem } from './payload-problem.ts';
import { newestInviteVersion } from './version.ts';

/** An invite whose signature and content were checked; only this file creates it. */
export interface VerifiedInvite {
  readonly payload: InvitePayload;
  readonly networkKey: NetworkKey;
  readonly fingerprint: Fingerprint;
  /** The signed line, to be stored. */
  readonly jws: string;
}

/** A newer version is refused before the schema runs, which would only report unknown fields. */
function refuseOtherVersion(payload: unknown): void {
  const version =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'version') : undefined;
  const isNumber = typeof version === 'number' && Number.isInteger(version);
  if (isNumber && version >= 1 && version <= newestInviteVersion) return;
  const newer = isNumber && version > newestInviteVersion;
  throw new HomingError({
    code: 'invite-unknown-version',
    title: newer ? 'The invite was made by a newer Homing' : 'The invite has no version that is known here',
    cause: `version is ${shown(version)}; this Homing reads up to version ${newestInviteVersion}.`,
    remedy: newer ? 'Update Homing on this laptop.' : 'Ask for a new invite.',
  });
}

/**
 * Checks signature and content of an invite in any form (file, link, pasted line), but not its expiry: a stored invite
 * stays valid.
 * @param check as for {@link verifyCompact}
 * @throws HomingError with the code of the fault; see jws.ts, link.ts and payload-problem.ts
 */
export function verifyInvite(text: string, check?: SignatureCheck): VerifiedInvite {
  const jws = jwsIn(text);
  const { payload, networkKey } = verifyCompact(jws, check);
  refuseOtherVersion(payload);
  const parsed = invitePayloadSchema.safeParse(payload);
  if (!parsed.success) {
    throw payloadProblem(parsed.error, payload, {
      code: 'invite-malformed',
      title: 'The invite does not describe a network',
      remedy: 'Ask the admin of the network for a new invite.',
    });
  }
  return { payload: parsed.data, networkKey, fingerprint: fingerprintOf(networkKey), jws };
}

/**
 * Reads an invite that is about to be imported.
 * @param nowMs milliseconds since 1970
 * @throws HomingError as {@link verifyInvite}, and `invite-expired`
 */
export function readInvite(text: string, nowMs: number): VerifiedInvite {
  const invite = verifyInvite(text);
  const { expiresAt } = invite.payload;
  if (expiresAt === undefined || nowMs < expiresAt * 1000) return invite;
  throw new HomingError({
    code: 'invite-expired',
    title: 'The invite has expired',
    cause: `expiresAt is ${new Date(expiresAt * 1000).toISOString()}, and it is ${new Date(nowMs).toISOString()} now.`,
    remedy: 'Ask for a new invite, or set the clock of this laptop if it is wrong.',
  });
}

/** The part of the imported network that an update is compared with. */
export type KnownInvite = Pick<VerifiedInvite, 'networkKey' | 'fingerprint'> & {
  readonly payload: Pick<InvitePayload, 'network' | 'peer' | 'serial'>;
};

/**
 * Whether an invite may replace the invite of the same network on this laptop: it needs the same signing key and a
 * higher serial. A network is identified by its key; the same name with another key is another network.
 * @param changes the differences, see content-changes.ts
 * @throws HomingError `invite-other-key`, `invite-other-network`, `invite-other-peer`, `invite-same-serial`,
 *   `invite-same-serial-other-content`, `invite-older-serial`
 */
export function acceptUpdate(
  existing: KnownInvite,
  incoming: VerifiedInvite,
  changes: readonly string[],
): void {
  const name = existing.payload.network.name;
  if (incoming.networkKey !== existing.networkKey) {
    throw new HomingError({
      code: 'invite-other-key',
      title: `Another network claims the name "${incoming.payload.network.name}"`,
      cause: `The invite is signed by "${incoming.fingerprint.words.join(' ')}"; the network here is "${existing.fingerprint.words.join(' ')}".`,
      remedy: `Ask the admin of "${name}". If the key was really replaced, run \`homing forget ${name}\`, import again and connect: an administrator of this laptop then has to allow the new key, by the command that the refusal shows.`,
    });
  }
  refuseOtherSubject(existing.payload, incoming.payload);
  const was = existing.payload.serial;
  const is = incoming.payload.serial;
  if (is === was && changes.length > 0) {
    throw new HomingError({
      code: 'invite-same-serial-other-content',
      title: 'The invite has a known serial, but other content',
      cause: `serial is ${is} in both; they differ in ${shortList(changes)}.`,
      remedy: `Ask the admin of "${name}" for a newer invite: an edited network file needs a higher serial, which \`homing network invite\` gives it.`,
    });
  }
  if (is === was) {
    throw new HomingError({
      code: 'invite-same-serial',
      title: 'This invite is already imported',
      cause: `serial is ${is}, the same as that of the network "${name}" here.`,
      remedy: 'Nothing needs to be done. An update has a higher serial.',
    });
  }
  if (is < was) {
    throw new HomingError({
      code: 'invite-older-serial',
      title: 'The invite is older than the current one',
      cause: `serial is ${is}; the network "${name}" here already has serial ${was}.`,
      remedy: 'Ask for the newest invite.',
    });
  }
}

const listedChanges = 4;

function shortList(changes: readonly string[]): string {
  const more = changes.length - listedChanges;
  return `${changes.slice(0, listedChanges).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function refuseOtherSubject(existing: KnownInvite['payload'], incoming: InvitePayload): void {
  if (incoming.network.name !== existing.network.name) {
    throw new HomingError({
      code: 'invite-other-network',
      title: 'The invite renames the network',
      cause: `network.name is ${shown(incoming.network.name)}; the network of this key is "${existing.network.name}" here. All addresses follow from the name.`,
      remedy: `If the rename is meant, run \`homing forget ${existing.network.name}\` and import again.`,
    });
  }
  if (incoming.peer.name !== existing.peer.name) {
    throw new HomingError({
      code: 'invite-other-peer',
      title: 'The invite is for another machine',
      cause: `peer.name is ${shown(incoming.peer.name)}; this laptop is "${existing.peer.name}" in "${existing.network.name}".`,
      remedy: `Ask for the invite of "${existing.peer.name}".`,
    });
  }
}
