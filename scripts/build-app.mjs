/** `npm run build:app`: main process, preload script and page, into dist/app. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

/**
 * @param {{ isForStandIn?: boolean }} options whether the build is for the older Electron of development and tests
 * @returns the exit status
 */
export function buildApp({ isForStandIn = false } = {}) {
  const program = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const mode = isForStandIn ? 'stand-in' : 'production';
  return runOnProjectNode([program, 'build', '--logLevel', 'warn', '--mode', mode]);
}

if (process.argv[1] === import.meta.filename) {
  ensureNpmPackages();
  process.exitCode = buildApp();
}
