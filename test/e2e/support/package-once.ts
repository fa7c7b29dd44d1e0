import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The packages under test are made once, as for people: the folder of the AppImage and the Debian package. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

export default function packageOnce(): void {
  execFileSync(process.execPath, ['scripts/package.mjs', 'deb', '--fast'], { cwd: root, stdio: 'pipe' });
}
