import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { exec } from '@vscode/sudo-prompt';
import { HomingError } from '../../shared/errors/problem.ts';
import { system } from '../system.ts';
import { notRun } from './not-run.ts';
import { commandScript } from './root-script.ts';

/** Commands that run as root after the system has asked for an administrator's password. */

/** NixOS has its setuid programs in the second. */
const pkexecPaths = ['/usr/bin/pkexec', '/run/wrappers/bin/pkexec'];

/**
 * Runs a shell line; its dialog names no program.
 * @param inTerminal the equivalent command for a terminal; undefined if the files exist only while the app waits
 * @throws HomingError `install-cancelled`, `install-impossible`, `install-failed`
 */
export function asRoot(command: string, title: string, inTerminal?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(command, { name: 'Homing' }, (error, _stdout, stderr) => {
      if (error) reject(notRun({ title, inTerminal, message: error.message, stderr: String(stderr ?? '') }));
      else resolve();
    });
  });
}

/**
 * Runs the installed helper's program. On Linux pkexec runs it without a shell, so that polkit uses the action of that
 * command (helper/install/polkit-policy.ts), whose dialog says what it is for.
 * @throws HomingError as {@link asRoot}
 */
export async function asAdministrator(
  program: string,
  args: readonly string[],
  title: string,
): Promise<void> {
  const inTerminal = `sudo ${[program, ...args].join(' ')}`;
  if (system === 'darwin') return await asRoot(commandScript(program, args), title, inTerminal);
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
