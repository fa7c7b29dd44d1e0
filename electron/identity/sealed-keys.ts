import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../client/profiles/atomic-file.ts';
import { type KeyKeeper, keyFile, sealedKeyName } from '../../client/profiles/key-file.ts';
import type { AppState, ProfileSummary } from '../../shared/contract/app-state.ts';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { type PrivateKey, parsePrivateKey } from '../../shared/keys/wireguard-key.ts';

/** The system's keyring, with the interface of Electron's safeStorage. */
export interface Sealer {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  /** Linux only, and only in later versions: which keyring it is. */
  getSelectedStorageBackend?(): string;
}

/** Whether private keys can be encrypted here, and why not. */
export function keyringState(sealer: Sealer): AppState['about']['keyring'] {
  const reason =
    'No keyring of the system answers, so private keys are kept in a file that only you can read (mode 0600).';
  if (!sealer.isEncryptionAvailable()) return { state: 'missing', reason };
  // Chromium's own fallback encrypts with a password from its source.
  const backend = sealer.getSelectedStorageBackend?.();
  return backend === 'basic_text' ? { state: 'missing', reason } : { state: 'available' };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function forgotten(cause: string): HomingError {
  return new HomingError({
    code: 'key-forgotten',
    title: 'The keyring does not open this network’s key',
    cause,
    remedy:
      'Unlock the keyring that was in use when you joined, then try again. If it is gone, forget the network, import its invite again and send the new join card.',
  });
}

/** Stores private keys encrypted by the system's keyring; without a keyring in the CLI's 0600 file. */
export function sealedKeys(sealer: Sealer): KeyKeeper {
  return {
    async read(directory) {
      const path = join(directory, sealedKeyName);
      if (!(await exists(path))) return await keyFile.read(directory);
      if (keyringState(sealer).state === 'missing') throw forgotten('The system’s keyring does not answer.');
      return parsePrivateKey(unsealed(sealer, await readFile(path)), path);
    },
    async write(directory, key) {
      if (keyringState(sealer).state === 'missing') return await keyFile.write(directory, key);
      const sealed = sealer.encryptString(key);
      await writeAtomically(join(directory, sealedKeyName), sealed, 0o600);
      await rm(join(directory, 'private.key'), { force: true });
    },
  };
}

function unsealed(sealer: Sealer, sealed: Buffer): string {
  try {
    return sealer.decryptString(sealed);
  } catch {
    // Chromium only reports that it failed.
    throw forgotten('It was encrypted by another keyring, or is damaged.');
  }
}

/** How the key of a profile is stored; shown to the user. */
export async function keyState(
  keys: KeyKeeper,
  directory: string,
  keyring: AppState['about']['keyring'],
): Promise<ProfileSummary['key']> {
  try {
    const key: PrivateKey = await keys.read(directory);
    if (key.length > 0 && (await exists(join(directory, sealedKeyName)))) return { state: 'sealed' };
  } catch (error) {
    return { state: 'unreadable', problem: problemOf(error) };
  }
  const reason =
    keyring.state === 'missing' ? 'no keyring of the system answers.' : 'the command line has imported it.';
  return { state: 'file', reason };
}
