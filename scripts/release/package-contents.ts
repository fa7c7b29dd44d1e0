import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { ReleaseFile } from '../../shared/release/release.ts';

/**
 * Files inside a package, read without running anything of it. Needs unsquashfs (squashfs-tools 4.5 or newer), unzip, dpkg-deb
 * and tar.
 */

/** The helper with its Node and WireGuard's programs has 130 MB. */
const maxBytes = 512 * 1024 * 1024;

/** Where each kind of package has its resources; undefined for a kind that cannot be read here: a .dmg needs macOS. */
const resources: Readonly<Record<ReleaseFile['kind'], string | undefined>> = {
  AppImage: 'resources',
  deb: './usr/lib/homing-desktop/resources',
  zip: 'Homing.app/Contents/Resources',
  dmg: undefined,
};

/** The parts of a package that contain the public key. */
export interface PackageContents {
  readonly helper: Buffer;
  readonly app: Buffer;
}

/** @returns undefined for a package that cannot be read here @throws Error when a part is missing */
export function packageContents(path: string, kind: ReleaseFile['kind']): PackageContents | undefined {
  const folder = resources[kind];
  if (folder === undefined) return undefined;
  return {
    helper: fileIn(path, kind, `${folder}/helper/homing-helper`),
    app: fileIn(path, kind, `${folder}/app.asar`),
  };
}

function fileIn(path: string, kind: ReleaseFile['kind'], name: string): Buffer {
  const run = (program: string, args: readonly string[], input?: Buffer) =>
    execFileSync(program, args, { maxBuffer: 4 * maxBytes, input, stdio: ['pipe', 'pipe', 'inherit'] });
  if (kind === 'AppImage') return run('unsquashfs', ['-offset', `${imageOffset(path)}`, '-cat', path, name]);
  if (kind === 'zip') return run('unzip', ['-p', path, name]);
  return run('tar', ['-xO', name], run('dpkg-deb', ['--fsys-tarfile', path]));
}

/**
 * Where the file system of an AppImage begins: behind its ELF program, which ends with the table of sections (AppImage
 * specification, type 2; elf(5): e_shoff, e_shentsize, e_shnum of ELF64).
 */
function imageOffset(path: string): number {
  const header = Buffer.alloc(64);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, header, 0, header.length, 0);
  } finally {
    closeSync(fd);
  }
  if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== 2 || header[5] !== 1)
    throw new Error(`${path} is no AppImage: it does not begin with a 64-bit ELF program`);
  return Number(header.readBigUInt64LE(0x28)) + header.readUInt16LE(0x3a) * header.readUInt16LE(0x3c);
}
