/**
 * `npm run test:mac -- [app|system]`: the tests on a real Mac; docs/PLATFORMS.md. They install the helper, connect and
 * remove it again, so they are for a machine that may be changed. `system` needs root, `app` the user who is logged in.
 * `npm run test:mac -- programs`, as root on Debian 12: makes the programs for macOS, and reads them as Mach-O.
 */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

const [suite = ''] = process.argv.slice(2);
/** @type {Readonly<Record<string, string>>} */
const systems = { app: 'darwin', system: 'darwin', programs: 'linux' };
if (systems[suite] !== process.platform) {
  process.stderr.write(
    'On a Mac that may be changed: npm run test:mac -- app, sudo npm run test:mac -- system\n' +
      'On Debian 12, as root: npm run test:mac -- programs\n',
  );
  process.exit(2);
}
ensureNpmPackages();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = runOnProjectNode([vitest, 'run', '--project', 'mac', `test/mac/${suite}.test.ts`]);
