import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateKey, parsePrivateKey } from '../../../shared/keys/wireguard-key.ts';
import { writeAtomically } from './atomic-file.ts';

/** Where private keys are kept. The app seals them with the system's keyring; the CLI has a file only. */
export interface KeyKeeper {
  /** @param directory that of the profile */
  read(directory: string): Promise<PrivateKey>;
  write(directory: string, key: PrivateKey): Promise<void>;
}

/** `private.key` in the profile's directory, mode 0600. */
export const keyFile: KeyKeeper = {
  async read(directory) {
    const path = join(directory, 'private.key');
    return parsePrivateKey((await readFile(path, 'utf8')).trim(), path);
  },
  async write(directory, key) {
    await writeAtomically(join(directory, 'private.key'), `${key}\n`, 0o600);
  },
};
