/** `npm run homing -- …`: the command line from source; installs what a new checkout needs. */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
process.exitCode = runOnProjectNode([join(root, 'cli/entry.ts'), ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
