import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledProgramNames } from '../shared/install/places.ts';
import { bundleExecutable } from './bundle.ts';

/**
 * Helper, installer and command line as one program that needs nothing beside it: Node with our bundle inside (Node's
 * single executable applications). Made for the system it is made on.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
/** The mark in Node's binary that says where to look for the bundle, from Node's documentation. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const postject = join(root, 'node_modules/postject/dist/cli.js');
const nodeProgram = join(root, 'node_modules/node/bin/node');

export interface ExecutableOptions {
  /** Absolute; it is emptied first. */
  readonly outDirectory: string;
  /** Whether this machine's wg and wireguard-go are carried inside, for machines that have neither. */
  readonly carriesWireGuard: boolean;
}

/** @returns the program's path */
export async function buildExecutable({
  outDirectory,
  carriesWireGuard,
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
    useCodeCache: true,
    // Root runs it: nothing of its surroundings may give Node an option, and no signal may open its inspector.
    execArgv: ['--disable-sigusr1'],
    execArgvExtension: 'none',
    assets: carriesWireGuard
      ? Object.fromEntries(bundledProgramNames.map((name) => [name, `/usr/bin/${name}`]))
      : {},
  };
  await writeFile(config, JSON.stringify(settings));
  execFileSync(nodeProgram, ['--experimental-sea-config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const program = join(outDirectory, 'homing-helper');
  await copyFile(nodeProgram, program);
  await chmod(program, 0o755);
  const isMac = process.platform === 'darwin';
  if (isMac) execFileSync('/usr/bin/codesign', ['--remove-signature', program]);
  const segment = isMac ? ['--macho-segment-name', 'NODE_SEA'] : [];
  const inject = [postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse, ...segment];
  // It warns of sections it does not know; when it fails, what it said is in the error.
  execFileSync(nodeProgram, inject, { stdio: 'pipe' });
  if (isMac) execFileSync('/usr/bin/codesign', ['--sign', '-', program]);
  await Promise.all([bundle, config, blob].map((path) => rm(path)));
  return program;
}

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'with-wireguard': { type: 'boolean', default: false } },
  });
  const [outDirectory = join(root, 'dist/executable')] = positionals;
  const program = await buildExecutable({ outDirectory, carriesWireGuard: values['with-wireguard'] });
  process.stdout.write(`${program}\n`);
}
