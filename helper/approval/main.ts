import { type ApprovalSubject, fingerprintFromHex } from '../../shared/approval/approval.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { helperPlaces } from '../../shared/install/places.ts';
import { isMemberName } from '../../shared/names/member-name.ts';
import { refuseOtherThanRoot } from '../command.ts';
import { allow, setApprovalNeeded } from './approvals.ts';

/**
 * An administrator's decisions about networks, each a command of its own with its own question (helper/install/polkit-policy.ts).
 * They write only to the state directory of the installed helper: a directory of the caller's choice would let root write there.
 */
const stateDirectory = () => helperPlaces(process.platform).stateDirectory;

/**
 * The network to allow. The words must be those of the fingerprint: the password dialog shows them, and nobody compares 64
 * hexadecimal digits.
 * @throws HomingError `bad-option`
 */
export function subjectFrom(args: readonly string[]): ApprovalSubject {
  const [network = '', words = '', hex = '', ...more] = args;
  const fingerprint = fingerprintFromHex(hex);
  const isWhole = isMemberName(network) && more.length === 0;
  if (isWhole && fingerprint !== undefined && fingerprint.words.join('-') === words)
    return { network, fingerprint };
  throw new HomingError({
    code: 'bad-option',
    title: 'This does not describe one network',
    cause:
      isWhole && fingerprint !== undefined
        ? `The fingerprint has the words "${fingerprint.words.join('-')}", not ${shown(words)}.`
        : `The arguments are ${shown(args.join(' '))}.`,
    remedy: 'Give the network, its six words and its fingerprint as the refusal shows them.',
  });
}

/** `homing-helper allow NETWORK WORDS FINGERPRINT`. @throws HomingError `bad-option`, `helper-needs-root` */
export function allowCommand(args: readonly string[]): string {
  const subject = subjectFrom(args);
  refuseOtherThanRoot('Only root can allow a network');
  allow(stateDirectory(), subject);
  return `"${subject.network}" (${subject.fingerprint.words.join(' ')}) may be connected now.`;
}

/**
 * `homing-helper approval-on`, `homing-helper approval-off`: whether each new network needs an administrator.
 * @throws HomingError `bad-option`, `helper-needs-root`
 */
export function approvalCommand(isNeeded: boolean, args: readonly string[]): string {
  if (args.length > 0) {
    throw new HomingError({
      code: 'bad-option',
      title: 'This command has no arguments',
      cause: `The arguments are ${shown(args.join(' '))}.`,
      remedy: 'Leave them out.',
    });
  }
  refuseOtherThanRoot('Only root can change who allows networks');
  setApprovalNeeded(stateDirectory(), isNeeded);
  return isNeeded
    ? 'From now on an administrator must allow each new network.'
    : 'From now on the user may connect any network.';
}
