/** `sudo npm run helper`: the helper from source, for development. */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages({ lab: false });
process.exitCode = runOnProjectNode([join(root, 'helper/main.ts'), ...process.argv.slice(2)]);
