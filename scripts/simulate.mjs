/**
 * `npm run simulate -- --lives 1000000 --seed 1`: random lives of the path engine in virtual time, checked against its
 * laws.
 */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
process.exitCode = runOnProjectNode([join(root, 'test/simulation/main.ts'), ...process.argv.slice(2)]);
