/** `npm run icons`: draws assets/icons and assets/tray from their SVGs, on a desktop, with the Electron that is here. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { electronRuntime } from './electron-runtime.mjs';
import { ensureNpmPackages, root } from './setup.mjs';

ensureNpmPackages();
const { program } = await electronRuntime();
const { status } = spawnSync(program, [join(root, 'scripts/icons'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
