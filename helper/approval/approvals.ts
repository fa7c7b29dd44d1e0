import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApprovalSubject } from '../../shared/approval/approval.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { replaceDurably, syncDirectoryOf } from '../journal/durable-file.ts';

/**
 * What an administrator decided about networks, in the helper's state directory, which only root can write to: whether each
 * new network needs approval, and a file for each approved network. The helper only reads them.
 */

const folder = (stateDirectory: string) => join(stateDirectory, 'allowed-networks');
const switchFile = (stateDirectory: string) => join(stateDirectory, 'ask-administrator');

/** Whether each new network needs an administrator's approval; also if that cannot be determined. */
export function isApprovalNeeded(stateDirectory: string): boolean {
  try {
    statSync(switchFile(stateDirectory));
    return true;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}

/** @throws Error when the state directory cannot be written */
export function setApprovalNeeded(stateDirectory: string, isNeeded: boolean): void {
  const path = switchFile(stateDirectory);
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  if (isNeeded) writeFileSync(path, '', { mode: 0o600 });
  else rmSync(path, { force: true });
  syncDirectoryOf(path);
}

/** The name of the network that was allowed with this fingerprint. @throws Error when the file cannot be read */
function allowedName(stateDirectory: string, hex: string): string | undefined {
  try {
    return readFileSync(join(folder(stateDirectory), hex), 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws Error when the approvals cannot be read */
export function isAllowed(stateDirectory: string, { network, fingerprint }: ApprovalSubject): boolean {
  return allowedName(stateDirectory, fingerprint.hex) === network;
}

/**
 * Allows a network. Another approval of the same name ends: after a key was replaced, its predecessor must not come back.
 * @throws Error when the state directory cannot be written
 */
export function allow(stateDirectory: string, { network, fingerprint }: ApprovalSubject): void {
  const directory = folder(stateDirectory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, fingerprint.hex);
  replaceDurably(path, `${path}.new`, `${network}\n`);
  for (const hex of readdirSync(directory)) {
    if (hex !== fingerprint.hex && allowedName(stateDirectory, hex) === network) rmSync(join(directory, hex));
  }
  syncDirectoryOf(path);
}
