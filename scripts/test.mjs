/**
 * `npm test`: sets the machine up, then runs types, style, layers and all tests; ends with a line of counts. Without
 * root, or on another system than Linux, the tests in the lab cannot run: that fails in CI, and is printed for a
 * developer.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

/** @param {string} path */
const bin = (path) => join(root, 'node_modules', path);
const layers = ['shared', 'client', 'cli', 'helper', 'program', 'electron', 'renderer', 'test', 'scripts'];

/** @type {readonly (readonly [name: string, args: readonly string[]])[]} */
const checks = [
  ['types', [bin('typescript-native/bin/tsc'), '--noEmit']],
  ['types of the page', [bin('typescript-native/bin/tsc'), '--noEmit', '-p', 'renderer']],
  ['types of the scripts', [bin('typescript-native/bin/tsc'), '--noEmit', '-p', 'scripts']],
  ['style', [bin('@biomejs/biome/bin/biome'), 'check', '.']],
  [
    'layers',
    [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', ...layers],
  ],
];

const labIsPossible = process.platform === 'linux' && process.getuid?.() === 0;
const inCi = Boolean(process.env.CI);

ensureNpmPackages();
if (labIsPossible || inCi) ensureSystemPackages({ desktop: true, resolvers: true, nix: true });

let passed = 0;
let failed = 0;
for (const [name, args] of checks) {
  process.stdout.write(`\n== ${name}\n`);
  if (runOnProjectNode(args) === 0) passed += 1;
  else failed += 1;
}

process.stdout.write('\n== tests\n');
const projects = labIsPossible || inCi ? ['unit', 'system', 'e2e'] : ['unit'];
const reports = mkdtempSync(join(tmpdir(), 'homing-test-'));
for (const project of projects) {
  const report = join(reports, `${project}.json`);
  const args = [
    'run',
    '--project',
    project,
    '--reporter',
    'default',
    '--reporter',
    'json',
    '--outputFile.json',
    report,
  ];
  const status = runOnProjectNode([bin('vitest/vitest.mjs'), ...args, ...process.argv.slice(2)]);
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    passed += counts.numPassedTests;
    failed += counts.numFailedTests;
    // A file that fails to load, or an error outside all tests, has no failed test.
    if (status !== 0 && counts.numFailedTests === 0) failed += 1;
  } catch {
    process.stdout.write(`The ${project} tests left no report.\n`);
    failed += 1;
  }
}
rmSync(reports, { recursive: true, force: true });
if (!projects.includes('system')) {
  process.stdout.write('\nThe tests in the lab were not run: they need root on Linux (sudo npm test).\n');
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
