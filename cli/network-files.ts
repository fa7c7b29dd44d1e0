import { access, lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../client/profiles/atomic-file.ts';
import { withLock } from '../client/profiles/lock.ts';
import { refuseOtherSigningKey } from '../shared/authoring/invite-for.ts';
import {
  isEditedByHand,
  type NetworkFile,
  networkFileLimitBytes,
  networkFileText,
  parseNetworkFile,
  withEditAccepted,
} from '../shared/authoring/network-file.ts';
import { HomingError } from '../shared/errors/problem.ts';
import { parseSigningKey, type SigningKey } from '../shared/invite/network-key.ts';
import { readInput } from './input.ts';
import type { CliIo } from './io.ts';

/** A network's file and the signing key beside it, on its admin's disk. */

const networkSuffix = '.network.json';
const publicFileMode = 0o644;
const secretFileMode = 0o600;

/**
 * The network file of a command: `--file`, else the only `*.network.json` here. @throws HomingError `no-network-file`,
 * `which-network-file`
 */
export async function networkFilePath(file: string | undefined): Promise<string> {
  if (file !== undefined) return file;
  const found = (await readdir('.')).filter((entry) => entry.endsWith(networkSuffix)).sort();
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const none = only === undefined;
  throw new HomingError({
    code: none ? 'no-network-file' : 'which-network-file',
    title: none ? 'There is no network here' : 'There is more than one network here',
    cause: none ? `No file here ends in ${networkSuffix}.` : `It could be ${found.join(', ')}.`,
    remedy: none
      ? 'Create a network with `homing network init NAME`, or give --file.'
      : 'Choose with --file.',
  });
}

/** The path of a network's signing key: beside its file. */
export function signingKeyPath(path: string, networkName: string): string {
  return join(dirname(path), `${networkName}.signing-key`);
}

/** @throws HomingError `file-unreadable`, `file-too-large`, and as `parseNetworkFile` */
export async function readNetwork(io: CliIo, path: string): Promise<NetworkFile> {
  return parseNetworkFile(await readInput(io, path, networkFileLimitBytes));
}

/** A network file before and after a change; the same object when nothing changed. */
export interface ChangedNetwork {
  readonly before: NetworkFile;
  readonly after: NetworkFile;
}

/**
 * Changes a network file; concurrent changes run one after the other. An edit by hand without a new serial gets one
 * with the change, with a note on standard error.
 */
export async function changeNetwork(
  io: CliIo,
  path: string,
  change: (file: NetworkFile) => NetworkFile,
): Promise<ChangedNetwork> {
  // Refused before the lock file exists, so that bad input writes nothing to disk.
  change(await readNetwork(io, path));
  return await withLock(`${path}.lock`, async () => {
    const before = await readNetwork(io, path);
    const changedFile = change(before);
    const after = changedFile === before ? withEditAccepted(before) : changedFile;
    if (after === before) return { before, after };
    await writeAtomically(path, networkFileText(after), (await lstat(path)).mode & 0o777);
    if (isEditedByHand(before)) {
      io.stderr.write(
        `Note: ${path} was edited by hand since serial ${before.serial}; the edited file has serial ${after.serial}. Render every controller and send every invite again, unless you know which the edit affects.\n`,
      );
    }
    return { before, after };
  });
}

/** Notes that a file was edited by hand, for commands that do not change it. */
export function warnOfEdit(io: CliIo, path: string, file: NetworkFile): void {
  if (!isEditedByHand(file)) return;
  io.stderr.write(
    `Note: ${path} was edited by hand since serial ${file.serial}; the next change or invite raises the serial.\n`,
  );
}

/**
 * Writes a new network with its signing key; existing files are never overwritten. @throws HomingError `network-exists`
 */
export async function writeNewNetwork(path: string, file: NetworkFile, key: SigningKey): Promise<void> {
  const keyPath = signingKeyPath(path, file.name);
  for (const existing of [path, keyPath]) {
    if (await exists(existing)) throw networkExists(existing);
  }
  // `wx` also refuses a file created meanwhile.
  await writeFile(keyPath, `${key}\n`, { flag: 'wx', mode: secretFileMode, flush: true });
  await writeFile(path, networkFileText(file), { flag: 'wx', mode: publicFileMode, flush: true });
}

function networkExists(path: string): HomingError {
  return new HomingError({
    code: 'network-exists',
    title: 'This network exists already',
    cause: `${path} is there, and a lost signing key cannot be created again.`,
    remedy: 'Choose another name, or another directory.',
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The signing key beside the file; undefined if it is kept elsewhere. @throws as {@link readSigningKey} */
export async function signingKeyIfPresent(path: string, file: NetworkFile): Promise<SigningKey | undefined> {
  return (await exists(signingKeyPath(path, file.name))) ? await readSigningKey(path, file) : undefined;
}

/**
 * The signing key of a network.
 * @throws HomingError `signing-key-missing`, `signing-key-readable`, `bad-signing-key`, `other-signing-key`
 */
export async function readSigningKey(path: string, file: NetworkFile): Promise<SigningKey> {
  const keyPath = signingKeyPath(path, file.name);
  let mode: number;
  let text: string;
  try {
    mode = (await lstat(keyPath)).mode;
    text = await readFile(keyPath, 'utf8');
  } catch (error) {
    throw new HomingError({
      code: 'signing-key-missing',
      title: 'The signing key cannot be read',
      cause: error instanceof Error ? `${error.message}.` : String(error),
      remedy: `Put the signing key of "${file.name}" at ${keyPath}.`,
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new HomingError({
      code: 'signing-key-readable',
      title: 'The signing key can be read by others',
      cause: `${keyPath} has mode ${(mode & 0o777).toString(8)}; anyone who reads it can change your network.`,
      remedy: `Run: chmod 600 ${keyPath}`,
    });
  }
  const key = parseSigningKey(text, keyPath);
  refuseOtherSigningKey(file, key);
  return key;
}
