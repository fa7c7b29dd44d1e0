/**
 * `npm run machines -- NAME…|all`: Homing in virtual machines with their own kernel and init system; installs what it
 * needs.
 */
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root } from './setup.mjs';
import { startOnProjectNode } from './start-on-project-node.mjs';

ensureNpmPackages();
ensureSystemPackages({ machines: true });
process.exitCode = await startOnProjectNode([join(root, 'test/machines/main.ts'), ...process.argv.slice(2)]);
