/** `npm run sign-release`: signs the files of a draft release with a key that is kept offline; see scripts/release/sign.ts. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
process.exitCode = runOnProjectNode([join(root, 'scripts/release/sign.ts'), ...process.argv.slice(2)]);
