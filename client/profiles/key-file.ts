import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HomingError } from '../../shared/errors/problem.ts';
import { type PrivateKey, parsePrivateKey } from '../../shared/keys/wireguard-key.ts';
import { writeAtomically } from './atomic-file.ts';

/** Where private keys are stored. The app encrypts them with the system's keyring; the CLI only has a file. */
export interface KeyKeeper {
  /** @param directory the profile's */
  read(directory: string): Promise<PrivateKey>;
  write(directory: string, key: PrivateKey): Promise<void>;
}

/** Where the app stores a key that the system's keyring encrypted. */
export const sealedKeyName = 'private.key.sealed';

async function isSealed(directory: string): Promise<boolean> {
  return await access(join(directory, sealedKeyName)).then(
    () => true,
    () => false,
  );
}

/** `private.key` in the profile's directory, mode 0600. */
export const keyFile: KeyKeeper = {
  async read(directory) {
    const path = join(directory, 'private.key');
    if (await isSealed(directory)) {
      throw new HomingError({
        code: 'key-sealed',
        title: 'The key of this network is encrypted by the system’s keyring',
        cause: 'Only the Homing app can open it.',
        remedy: 'Connect from the app; `homing status` and `homing down` work here anyway.',
      });
    }
    return parsePrivateKey((await readFile(path, 'utf8')).trim(), path);
  },
  async write(directory, key) {
    await writeAtomically(join(directory, 'private.key'), `${key}\n`, 0o600);
  },
};
