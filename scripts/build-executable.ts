import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledProgramNames } from '../shared/install/places.ts';
import { bundleExecutable } from './bundle.ts';

/**
 * Helper, installer and command line as one self-contained program: Node with our bundle inside (Node's single
 * executable applications). Built for the current system.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
/** The marker in Node's binary for the bundle's position, from Node's documentation. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const postject = join(root, 'node_modules/postject/dist/cli.js');
const nodeProgram = join(root, 'node_modules/node/bin/node');

export interface ExecutableOptions {
  /** Absolute; it is emptied first. */
  readonly outDirectory: string;
  /** Whether to include this machine's wg and wireguard-go, for machines without them. */
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
    // Root runs it: its environment must not set Node options, and no signal may open its inspector.
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
  // It warns of unknown sections; when it fails, its output is in the error.
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
