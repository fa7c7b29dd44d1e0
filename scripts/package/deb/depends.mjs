/**
 * The dependencies of the Debian package: the libraries its programs are linked to, and the programs that the helper
 * runs.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `ip` and `wg`; the helper reports missing programs, but a package can prevent that. */
const programs = ['iproute2', 'wireguard-tools', 'xdg-utils'];

/** Loaded at run time if available: the keyring, notifications, the guard of moves, the password prompt, sound. */
export const recommends = [
  'polkitd | policykit-1',
  'pkexec | policykit-1',
  'libnotify4',
  'libsecret-1-0',
  'nftables',
  'desktop-file-utils',
  'shared-mime-info',
];

/**
 * The programs and libraries of the package. ELF files are those with the mark of one, not those with its mode bits.
 * @param {string} folder
 */
function linked(folder) {
  const shipped = readdirSync(folder).filter((name) => name.includes('.so') || name.startsWith('chrome'));
  return ['homing-desktop', 'resources/helper/homing-helper', ...shipped]
    .filter((name) => !name.endsWith('.pak'))
    .map((name) => join(folder, name));
}

/**
 * The libraries that `dpkg-shlibdeps` finds among the packages of this machine, which therefore must be installed.
 * @param {string} folder what electron-builder made
 * @param {string} arch Debian's name of the processor
 */
export function dependsOf(folder, arch) {
  const work = mkdtempSync(join(tmpdir(), 'homing-shlibdeps-'));
  try {
    mkdirSync(join(work, 'debian'));
    const control = [
      'Source: homing-desktop',
      'Maintainer: Homing <homing@localhost>',
      '',
      'Package: homing-desktop',
      `Architecture: ${arch}`,
      'Description: the app',
      '',
    ];
    writeFileSync(join(work, 'debian/control'), control.join('\n'));
    const args = ['-O', `-l${folder}`, ...linked(folder).map((path) => `-e${path}`)];
    // Its warnings concern third-party binaries; if it fails, the error contains its whole output.
    const found = execFileSync('dpkg-shlibdeps', args, { cwd: work, encoding: 'utf8', stdio: 'pipe' });
    const libraries = /^shlibs:Depends=(.+)$/m.exec(found)?.[1];
    if (libraries === undefined) throw new Error(`dpkg-shlibdeps has found no libraries:\n${found}`);
    return [...libraries.split(', '), ...programs].sort();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
