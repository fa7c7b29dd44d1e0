/**
 * The tools that electron-builder needs for an AppImage, from Debian packages, where its own cannot be downloaded:
 * mksquashfs, desktop-file-validate, and a replacement runtime for tests.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../setup.mjs';

/** The mark of a type 2 AppImage, in the padding of the ELF identification. */
const mark = { offset: 8, bytes: Buffer.from('AI\x02', 'latin1') };

/** @param {string} path */
function buildRuntime(path) {
  const source = join(root, 'scripts/package/appimage/runtime.c');
  execFileSync('gcc', ['-static', '-Os', '-s', '-Wall', '-Werror', '-o', path, source], { stdio: 'inherit' });
  const program = readFileSync(path);
  mark.bytes.copy(program, mark.offset);
  writeFileSync(path, program, { mode: 0o755 });
}

/**
 * @param {{ fast: boolean }} options `fast` compresses little
 * @returns the folder, laid out as electron-builder expects it in APPIMAGE_TOOLS_PATH
 */
export function standInTools({ fast }) {
  const folder = join(root, '.cache/appimage-tools');
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['runtimes', 'lib/x64']) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync('/usr/bin/desktop-file-validate', join(folder, 'desktop-file-validate'));
  const level = fast ? ' -Xcompression-level 1' : '';
  writeFileSync(join(folder, 'mksquashfs'), `#!/bin/sh\nexec /usr/bin/mksquashfs "$@"${level}\n`, {
    mode: 0o755,
  });
  buildRuntime(join(folder, 'runtimes/runtime-x64'));
  return folder;
}
