/** `npm run fuzz -- --seconds 30 --seed 1 --json`: sends mutated inputs to every parser and socket. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
process.exitCode = runOnProjectNode([join(root, 'test/fuzz/main.ts'), ...process.argv.slice(2)]);
