import { HomingError } from '../../shared/errors/problem.ts';
import { problemInText } from '../../shared/errors/problem-text.ts';

/** How a command failed that should have run as root after a password prompt. */
export interface PromptFailure {
  /** What was not done. */
  readonly title: string;
  /** The equivalent command for a terminal, if there is one. */
  readonly inTerminal: string | undefined;
  /** The message of sudo-prompt. */
  readonly message: string;
  /** What pkexec or the command printed. */
  readonly stderr: string;
}

/** The messages of sudo-prompt and polkit when the user closed the password dialog, or is not authorised. */
const declined = /did not grant permission|dismissed|not authorized/i;
const noAgent = /no (polkit )?authentication agent|unable to find pkexec or kdesudo/i;

/** @param inTerminal the equivalent command, if there is one */
export function withoutPolkit(title: string, inTerminal: string | undefined): HomingError {
  const orTerminal = inTerminal === undefined ? ', then try again' : `, or run in a terminal: ${inTerminal}`;
  return new HomingError({
    code: 'install-impossible',
    title,
    cause: 'This desktop has nothing that asks for a password (polkit).',
    remedy: `Install polkit and its agent for your desktop${orTerminal}.`,
  });
}

/** The problem to show. */
export function notRun({ title, inTerminal, message, stderr }: PromptFailure): HomingError {
  const printed = `${stderr.trim()} ${message.trim()}`;
  if (noAgent.test(printed)) return withoutPolkit(title, inTerminal);
  if (declined.test(printed)) {
    return new HomingError({
      code: 'install-cancelled',
      title,
      cause: 'The system did not grant the permission.',
      remedy: 'Try again and enter the password of an administrator.',
    });
  }
  const { cause, remedy } = problemInText(stderr) ?? {
    cause: stderr.trim() || message.trim(),
    remedy: 'Copy the diagnostics and report it.',
  };
  return new HomingError({ code: 'install-failed', title, cause, remedy });
}
