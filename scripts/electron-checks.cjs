/**
 * Runs electronegativity over the built app and prints what it found as JSON: `node scripts/electron-checks.cjs FOLDER`.
 * Its parser wants the TypeScript of its own time, which npm puts where the parser does not look.
 */
const Module = require('node:module');

const tool = require.resolve('@doyensec/electronegativity');
const ownTypeScript = Module.createRequire(tool).resolve('typescript');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return request === 'typescript' ? ownTypeScript : resolve.call(this, request, ...rest);
};

// Nothing is asked of the internet: its texts are here, and which Electron ships is pinned in package.json.
const load = Module._load;
const offline = Object.assign(() => Promise.reject(new Error('offline')), {
  head: () => Promise.reject(new Error('offline')),
});
Module._load = function (request, ...rest) {
  return request === 'got' ? offline : load.call(this, request, ...rest);
};
console.warn = console.log = () => {};

const run = require(tool);
run({
  input: process.argv[2],
  customScan: [],
  excludeFromScan: ['availablesecurityfixesglobalcheck'],
  severitySet: 'informational',
  confidenceSet: 'tentative',
  electronVersionOverride: '45.4.1',
})
  .then((found) => process.stdout.write(`${JSON.stringify(found)}\n`))
  .catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
