import { isSea } from 'node:sea';
import { parseArgs } from 'node:util';
import { type ApprovalSubject, fingerprintFromHex } from '../../shared/approval/approval.ts';
import { HomingError, problemOf, shown } from '../../shared/errors/problem.ts';
import { helperPlaces } from '../../shared/install/places.ts';
import { isMemberName } from '../../shared/names/member-name.ts';
import { allow } from './approvals.ts';

/** `homing-helper allow NETWORK WORDS FINGERPRINT`: an administrator's decision, carried out as root. */

/** How the helper's program is started in a terminal: one program in a package, Node with a file in a checkout. */
export function programCommand(): string {
  return isSea() ? process.execPath : `${process.execPath} ${process.argv[1] ?? ''}`;
}

/**
 * The network to allow. The words must be those of the fingerprint: the password dialog shows them, and nobody compares 64
 * hexadecimal digits.
 * @throws HomingError `bad-option`
 */
export function subjectFrom(positionals: readonly string[]): ApprovalSubject {
  const [network = '', words = '', hex = '', ...more] = positionals;
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
        : `The arguments are ${shown(positionals.join(' '))}.`,
    remedy: 'Give the network, its six words and its fingerprint as the refusal shows them.',
  });
}

function refuseOtherThanRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new HomingError({
    code: 'helper-needs-root',
    title: 'Only root can allow a network',
    cause: `This was started by user ${process.getuid?.()}.`,
    remedy: 'Start it with sudo.',
  });
}

/** Messages go to standard output, errors to standard error with exit status 1. */
export function allowMain(args: readonly string[]): void {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { state: { type: 'string', default: helperPlaces(process.platform).stateDirectory } },
    });
    const subject = subjectFrom(positionals);
    refuseOtherThanRoot();
    allow(values.state, subject);
    process.stdout.write(
      `"${subject.network}" (${subject.fingerprint.words.join(' ')}) may be connected now.\n`,
    );
  } catch (error) {
    const { title, cause, remedy } = problemOf(error);
    process.stderr.write(`${title}\n  ${cause}\n  ${remedy}\n`);
    process.exitCode = 1;
  }
}
