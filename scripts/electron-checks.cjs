/**
 * Runs electronegativity on the built app and prints its findings as JSON: `node scripts/electron-checks.cjs FOLDER`.
 * Its parser needs an older TypeScript, which npm installs where the parser does not look.
 */
const NodeModule = require('node:module');

/**
 * How Node loads CommonJS; internal, so its types lack it.
 * @type {NodeModule & { _resolveFilename: (this: unknown, request: string, ...rest: unknown[]) => string, _load: (this:
 *   unknown, request: string, ...rest: unknown[]) => unknown, createRequire: typeof NodeModule.createRequire, }}
 */
const Module = Object.assign(NodeModule);

const tool = require.resolve('@doyensec/electronegativity');
const ownTypeScript = Module.createRequire(tool).resolve('typescript');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return request === 'typescript' ? ownTypeScript : resolve.call(this, request, ...rest);
};

// No network access: its texts are local, and package.json pins the shipped Electron.
const load = Module._load;
const offline = Object.assign(() => Promise.reject(new Error('offline')), {
  head: () => Promise.reject(new Error('offline')),
});
Module._load = function (request, ...rest) {
  return request === 'got' ? offline : load.call(this, request, ...rest);
};
console.warn = console.log = () => {};

const run = require('@doyensec/electronegativity');
void run({
  input: process.argv[2],
  customScan: [],
  excludeFromScan: ['availablesecurityfixesglobalcheck'],
  severitySet: 'informational',
  confidenceSet: 'tentative',
  electronVersionOverride: '45.4.1',
})
  .then((/** @type {unknown} */ found) => process.stdout.write(`${JSON.stringify(found)}\n`))
  .catch((/** @type {Error} */ error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
