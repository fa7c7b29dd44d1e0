/** `npm run replay -- FILE`: replays the flight records of a `homing diagnostics` report. */
import { resolve } from 'node:path';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

ensureNpmPackages();
const [file, ...rest] = process.argv.slice(2);
if (file === undefined || rest.length > 0) {
  process.stderr.write('Name one file: npm run replay -- FILE\n');
  process.exitCode = 2;
} else {
  process.exitCode = runOnProjectNode([resolve(root, 'scripts/replay-flight.ts'), resolve(file)]);
}
