import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApprovalSubject } from '../../shared/approval/approval.ts';
import { codeOf } from '../../shared/errors/code-of.ts';
import { replaceDurably, syncDirectoryOf } from '../journal/durable-file.ts';

/**
 * What an administrator decided about networks, in a directory that only root can write to: whether each new network needs
 * approval, and a file for each approved network. The helper only reads them, and it may not be root: whatever root's
 * umask is, all can read them.
 */

const directoryMode = 0o755;
const fileMode = 0o644;

/** The names in that directory. */
export const approvalNames = ['allowed-networks', 'ask-administrator'] as const;
const [folderName, switchName] = approvalNames;

const folder = (directory: string) => join(directory, folderName);
const switchFile = (directory: string) => join(directory, switchName);

/** Whether each new network needs an administrator's approval; also if that cannot be determined. */
export function isApprovalNeeded(directory: string): boolean {
  try {
    statSync(switchFile(directory));
    return true;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
}

/** @throws Error when the directory cannot be written */
export function setApprovalNeeded(directory: string, isNeeded: boolean): void {
  const path = switchFile(directory);
  mkdirSync(directory, { recursive: true, mode: directoryMode });
  if (isNeeded) writeFileSync(path, '', { mode: 0o600 });
  else rmSync(path, { force: true });
  syncDirectoryOf(path);
}

/** The name of the network that was allowed with this fingerprint. @throws Error when the file cannot be read */
function allowedName(directory: string, hex: string): string | undefined {
  try {
    return readFileSync(join(folder(directory), hex), 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws Error when the approvals cannot be read */
export function isAllowed(directory: string, { network, fingerprint }: ApprovalSubject): boolean {
  return allowedName(directory, fingerprint.hex) === network;
}

/**
 * Allows a network. Another approval of the same name ends: after a key was replaced, its predecessor must not come back.
 * @throws Error when the directory cannot be written
 */
export function allow(directory: string, { network, fingerprint }: ApprovalSubject): void {
  const allowed = folder(directory);
  mkdirSync(allowed, { recursive: true });
  chmodSync(allowed, directoryMode);
  const path = join(allowed, fingerprint.hex);
  replaceDurably(path, `${path}.new`, `${network}\n`, fileMode);
  for (const hex of readdirSync(allowed)) {
    if (hex !== fingerprint.hex && allowedName(directory, hex) === network) rmSync(join(allowed, hex));
  }
  syncDirectoryOf(path);
}

/** Lets the helper read approvals of an older version, which wrote them for root alone. @throws Error */
export function makeApprovalsReadable(directory: string): void {
  const allowed = folder(directory);
  let names: readonly string[];
  try {
    names = readdirSync(allowed);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  chmodSync(allowed, directoryMode);
  for (const name of names) chmodSync(join(allowed, name), fileMode);
}
