import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unsign } from 'macho-unsign';
import { bundledProgramNames } from '../shared/install/places.ts';
import { bundleExecutable } from './bundle.ts';

/**
 * Helper, installer and command line as one self-contained program: Node with our bundle inside (Node's single
 * executable applications), for this machine or for another system or processor.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
/** The marker in Node's binary for the bundle's position, from Node's documentation. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const postject = join(root, 'node_modules/postject/dist/cli.js');

/**
 * V8's settings from the start, and of the blob's code cache, which V8 refuses under other settings. Collecting garbage
 * and compiling on the main thread alone: V8's workers woke an idle helper 60 times a minute.
 */
export const v8Flags: readonly string[] = ['--single-threaded'];

/** Where the program will run. */
export interface ExecutableTarget {
  readonly platform: NodeJS.Platform;
  /** Node for that system and processor. */
  readonly node: string;
  /** Node of the same version that runs here: the blob's format belongs to a version. */
  readonly blobMaker: string;
}

export interface ExecutableOptions {
  /** Absolute; it is emptied first. */
  readonly outDirectory: string;
  /** A folder of WireGuard's programs to include, for machines without them. */
  readonly wireguardFrom?: string | undefined;
  /** Whether to leave out Node's symbols, which only a native debugger reads: 18 MB of 127. Needs binutils. */
  readonly isStripped?: boolean;
  /** This machine and its Node, unless given. */
  readonly target?: ExecutableTarget;
}

const thisMachine: ExecutableTarget = {
  platform: process.platform,
  node: process.execPath,
  blobMaker: process.execPath,
};

/** @returns the program's path */
export async function buildExecutable({
  outDirectory,
  wireguardFrom,
  isStripped = false,
  target = thisMachine,
}: ExecutableOptions): Promise<string> {
  await rm(outDirectory, { recursive: true, force: true });
  await mkdir(outDirectory, { recursive: true });
  const bundle = join(outDirectory, 'homing-helper.cjs');
  await bundleExecutable(bundle);
  const config = join(outDirectory, 'sea.json');
  const blob = join(outDirectory, 'homing-helper.blob');
  const settings = {
    main: bundle,
    output: blob,
    disableExperimentalSEAWarning: true,
    // Made on another processor, the code cache crashes the program (nodejs/postject#97).
    useCodeCache: target.node === target.blobMaker,
    // Root runs it: its environment must not set Node options, and no signal may open its inspector.
    execArgv: ['--disable-sigusr1', ...v8Flags],
    execArgvExtension: 'none',
    assets: wireguardFrom === undefined ? {} : programsIn(wireguardFrom, target.platform),
  };
  await writeFile(config, JSON.stringify(settings));
  execFileSync(target.blobMaker, [...v8Flags, '--experimental-sea-config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const program = join(outDirectory, 'homing-helper');
  await copyFile(target.node, program);
  await chmod(program, 0o755);
  if (isStripped) execFileSync('strip', ['--strip-unneeded', program]);
  const isForMac = target.platform === 'darwin';
  if (isForMac) await removeSignature(program);
  const segment = isForMac ? ['--macho-segment-name', 'NODE_SEA'] : [];
  const inject = [postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse, ...segment];
  // It warns of unknown sections; when it fails, its output is in the error.
  execFileSync(process.execPath, inject, { stdio: 'pipe' });
  if (isForMac && process.platform === 'darwin') execFileSync('/usr/bin/codesign', ['--sign', '-', program]);
  await Promise.all([bundle, config, blob].map((path) => rm(path)));
  return program;
}

/** Name -> path. wireguard-go is controlled through its socket on macOS, so `wg` is not needed there. */
function programsIn(folder: string, platform: NodeJS.Platform): Readonly<Record<string, string>> {
  const names = bundledProgramNames.filter((name) => platform !== 'darwin' || name === 'wireguard-go');
  const paths = names.map((name) => [name, join(folder, name)] as const);
  for (const [name, path] of paths)
    if (!existsSync(path)) throw new Error(`${name} is to be included, and is not in ${folder}.`);
  return Object.fromEntries(paths);
}

/** Node's own signature: it would be invalid with the bundle inside, and nothing can be added after it. */
async function removeSignature(program: string): Promise<void> {
  if (process.platform === 'darwin') {
    execFileSync('/usr/bin/codesign', ['--remove-signature', program]);
    return;
  }
  const unsigned = unsign(await readFile(program));
  if (unsigned !== null) await writeFile(program, Buffer.from(unsigned));
}

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'wireguard-from': { type: 'string' }, stripped: { type: 'boolean', default: false } },
  });
  const [outDirectory = join(root, 'dist/executable')] = positionals;
  const program = await buildExecutable({
    outDirectory,
    wireguardFrom: values['wireguard-from'],
    isStripped: values.stripped,
  });
  process.stdout.write(`${program}\n`);
}
