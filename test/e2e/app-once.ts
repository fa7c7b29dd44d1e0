import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The app under test is built once for all files, and an Electron to run it is found; the workers inherit where it is.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));

export default function appOnce(): void {
  execFileSync(process.execPath, ['scripts/build-app.mjs'], { cwd: root, stdio: 'inherit' });
  const runtime: unknown = JSON.parse(
    execFileSync(process.execPath, ['scripts/electron-runtime.mjs'], { cwd: root, encoding: 'utf8' }),
  );
  if (typeof runtime !== 'object' || runtime === null || !('folder' in runtime))
    throw new Error('no Electron');
  process.env.HOMING_ELECTRON_FOLDER = String(runtime.folder);
}
