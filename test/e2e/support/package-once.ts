import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { publicKeyText } from '../../../scripts/release/sign.ts';
import { testReleaseKey } from '../../support/release-key.ts';

/** The packages under test are built once, as for users: the directory of the AppImage and the Debian package. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

export default function packageOnce(): void {
  execFileSync(process.execPath, ['scripts/package.mjs', 'deb', '--fast'], {
    cwd: root,
    stdio: 'pipe',
    env: { ...process.env, HOMING_RELEASE_KEY: publicKeyText(testReleaseKey) },
  });
}
