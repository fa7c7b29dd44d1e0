/**
 * `npm run test:mac -- [app|system]`: the tests on a real Mac; docs/PLATFORMS.md. They install the helper, connect and
 * remove it again, so they are for a machine that may be changed. `system` needs root, `app` the user who is logged in.
 */
import { join } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

const [suite = ''] = process.argv.slice(2);
if (process.platform !== 'darwin' || !['app', 'system'].includes(suite)) {
  process.stderr.write(
    'On a Mac that may be changed: npm run test:mac -- app, sudo npm run test:mac -- system\n',
  );
  process.exit(2);
}
ensureNpmPackages();
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
process.exitCode = runOnProjectNode([vitest, 'run', '--project', 'mac', `test/mac/${suite}.test.ts`]);
