import { HomingError } from '../../shared/errors/problem.ts';

/** How a command ended that the system was to run as root after asking for a password. */
export interface PromptFailure {
  /** What was not done. */
  readonly title: string;
  /** What does the same in a terminal, where there is such a command. */
  readonly inTerminal: string | undefined;
  /** What sudo-prompt says. */
  readonly message: string;
  /** What pkexec or the command printed. */
  readonly stderr: string;
}

/** What sudo-prompt and polkit say when the person closed the password dialog, or has no right to the machine. */
const declined = /did not grant permission|dismissed|not authorized/i;
const noAgent = /no (polkit )?authentication agent|unable to find pkexec or kdesudo/i;

/** The sentences for it. */
export function notRun({ title, inTerminal, message, stderr }: PromptFailure): HomingError {
  const printed = `${stderr.trim()} ${message.trim()}`;
  const orTerminal = inTerminal === undefined ? '' : `, or run in a terminal: ${inTerminal}`;
  if (noAgent.test(printed)) {
    return new HomingError({
      code: 'install-impossible',
      title,
      cause: 'This desktop has nothing that asks for a password (polkit).',
      remedy: `Install polkit and its agent for your desktop${orTerminal || ', then try again'}.`,
    });
  }
  if (declined.test(printed)) {
    return new HomingError({
      code: 'install-cancelled',
      title,
      cause: 'The system did not grant the permission.',
      remedy: 'Try again and enter the password of an administrator.',
    });
  }
  // The installer says what, why and what to do, a line each.
  const [, cause, remedy] = stderr.trim().split(/\n {2}/);
  return new HomingError({
    code: 'install-failed',
    title,
    cause: cause ?? (stderr.trim() || message.trim()),
    remedy: remedy ?? 'Copy the diagnostics and report it.',
  });
}
