/** `npm run build:app`: main process, preload script and page, into dist/app. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

/** @returns the exit status */
export function buildApp() {
  return runOnProjectNode([
    join(root, 'node_modules/electron-vite/bin/electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]);
}

if (process.argv[1] === import.meta.filename) {
  ensureNpmPackages();
  process.exitCode = buildApp();
}
