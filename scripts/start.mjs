/**
 * `npm start`: sets up, builds, and opens the app on this desktop. Start the helper separately: sudo npm run helper.
 */
import { spawnSync } from 'node:child_process';
import { buildApp } from './build-app.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { ensureNpmPackages, root } from './setup.mjs';

/** @param {string} text */
function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

if (process.platform === 'linux' && process.getuid?.() === 0) {
  refuse('Start the app as your own user, not as root: Chromium keeps its sandbox only then.');
}
if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
  refuse('There is no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set.');
}
ensureNpmPackages();
const { program, isStandIn } = await electronRuntime();
if (buildApp({ isForStandIn: isStandIn }) !== 0) process.exit(1);
const { status } = spawnSync(program, [root, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
