/** `npm run build`: the command line and the helper as bundles in dist/, as packages carry them. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
process.exitCode = runOnProjectNode([join(root, 'scripts/bundle.ts')]);
