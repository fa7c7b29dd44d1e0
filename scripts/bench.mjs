/** `npm run bench -- NAME [--json] [options]`: sets the machine up, then runs one benchmark of test/bench. */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages({ bench: true, desktop: process.argv[2] === 'app' });
process.exitCode = runOnProjectNode([join(root, 'test/bench/main.ts'), ...process.argv.slice(2)]);
