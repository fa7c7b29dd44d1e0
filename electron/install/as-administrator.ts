import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { exec } from '@vscode/sudo-prompt';
import { system } from '../system.ts';
import { notRun, withoutPolkit } from './not-run.ts';
import { commandScript, terminalCommand } from './root-script.ts';

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

/** A command of the installed helper's program. */
export interface AdministratorCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** What is not done if it fails. */
  readonly title: string;
  /** Whether an administrator can also run it in a terminal; not if its files exist only while the app waits. */
  readonly isForTerminal: boolean;
}

/**
 * Runs the installed helper's program. On Linux pkexec runs it without a shell, so that polkit uses the action of that
 * command (helper/install/polkit-policy.ts), whose dialog says what it is for.
 * @throws HomingError as {@link asRoot}
 */
export async function asAdministrator(command: AdministratorCommand): Promise<void> {
  const { program, args, title, isForTerminal } = command;
  const inTerminal = isForTerminal ? terminalCommand(program, args) : undefined;
  if (system === 'darwin') return await asRoot(commandScript(program, args), title, inTerminal);
  const pkexec = pkexecPaths.find((path) => existsSync(path));
  if (pkexec === undefined) throw withoutPolkit(title, inTerminal);
  await new Promise<void>((resolve, reject) => {
    execFile(pkexec, ['--disable-internal-agent', program, ...args], (error, _stdout, stderr) => {
      if (error) reject(notRun({ title, inTerminal, message: error.message, stderr }));
      else resolve();
    });
  });
}
