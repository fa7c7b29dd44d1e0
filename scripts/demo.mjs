/** `npm run demo`: a laptop joins a mesh and roams, in a lab on this machine; installs what it needs. */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
ensureSystemPackages();
process.exitCode = runOnProjectNode([join(root, 'test/demo/main.ts'), ...process.argv.slice(2)]);
