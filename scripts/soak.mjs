/** `npm run soak -- --moves 300 --seed 1`: random moves under load, each checked at both ends. */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages();
process.exitCode = runOnProjectNode([join(root, 'test/mesh/support/soak.ts'), ...process.argv.slice(2)]);
