/**
 * `npm run package -- [dir|deb|AppImage|dmg]`: builds the app, its helper as one program, and packages them. `dir` needs
 * nothing but npm's registry, `deb` Debian's packages for making packages too. electron-builder downloads the tools of the
 * other two; an AppImage is made with Debian's tools where Electron itself could not be downloaded. `--fast` compresses
 * little or not at all and leaves Debian's checker out; `--arch` says for which processor, which has to be this
 * machine's; `--version`, `--feed` and `--out` make AppImages for tests of updates. `mac-programs` makes the programs of
 * the macOS package on Debian (package/mac/programs.ts); a dmg includes the wireguard-go that it leaves in
 * dist/mac-programs. `arm64-programs` makes the helper of the Linux packages for arm64 on another processor
 * (package/arm64/programs.ts).
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from './build-app.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { standInTools } from './package/appimage/tools.mjs';
import { builderConfig } from './package/config.mjs';
import { writeLicences } from './package/licences.mjs';
import { ensureNpmPackages, ensureSystemPackages, root, runOnProjectNode } from './setup.mjs';

const kinds = ['dir', 'deb', 'AppImage', 'dmg', 'mac-programs', 'arm64-programs'];
const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    fast: { type: 'boolean' },
    arch: { type: 'string', default: process.arch },
    version: { type: 'string' },
    feed: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist/package') },
    'wireguard-only': { type: 'boolean', default: false },
  },
});
const [kind = 'dir'] = positionals;

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * @param {number} status
 * @param {string} what
 */
function must(status, what) {
  if (status === 0) return;
  say(`${what} failed; see above.`);
  process.exit(1);
}

/**
 * Removes what Electron itself would start: the app replaces it.
 * @param {{ folder: string, version: string }} electron
 */
function emptyElectron({ folder, version }) {
  const copy = join(root, '.cache', `package-electron-${version}`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, 'resources'), { recursive: true, force: true });
  mkdirSync(join(copy, 'resources'));
  return { folder: copy, version };
}

/**
 * The helper inside is a program for this machine's system and processor, and so is the package. macOS updates itself
 * from a zip.
 */
function targets() {
  const arch = process.arch === 'arm64' ? Arch.arm64 : Arch.x64;
  if (kind === 'dmg') return Platform.MAC.createTarget(['dmg', 'zip'], arch);
  return Platform.LINUX.createTarget(kind === 'AppImage' ? kind : 'dir', arch);
}

if (!kinds.includes(kind)) {
  say(`There is no package of the kind ${JSON.stringify(kind)}: choose one of ${kinds.join(', ')}.`);
  process.exit(2);
}
if (options.arch !== process.arch) {
  say(`A package for ${options.arch} is made on such a machine, and this one is ${process.arch}.`);
  say(
    'The helper inside is made by running its own Node, and Electron is fetched for the machine it runs on.',
  );
  say('The release workflow makes the packages of both processors.');
  process.exit(2);
}
// A workflow sets a missing variable to the empty text. A package without the key could verify no later release.
const releaseKey = process.env.HOMING_RELEASE_KEY;
if (releaseKey !== undefined && !/^[\w-]{43}$/.test(releaseKey)) {
  say(`HOMING_RELEASE_KEY is ${JSON.stringify(releaseKey)}: it is no public key, which has 43 characters.`);
  say('Set the variable of the repository to what `npm run sign-release -- keygen` printed, or unset it.');
  process.exit(2);
}
/** Programs for macOS that are made on Debian. */
const macPrograms = join(root, 'dist/mac-programs', process.arch);
if (kind === 'dmg' && !existsSync(join(macPrograms, 'wireguard-go'))) {
  say(`The package for macOS includes wireguard-go, which is not in ${macPrograms}.`);
  say('Run `npm run package -- mac-programs --wireguard-only` on Debian 12 and copy dist/mac-programs here.');
  process.exit(2);
}
ensureNpmPackages();
if (kind === 'mac-programs') {
  const only = options['wireguard-only'] ? ['--wireguard-only'] : [];
  process.exit(runOnProjectNode([join(root, 'scripts/package/mac/programs.ts'), ...only]));
}
if (kind === 'arm64-programs') {
  process.exit(runOnProjectNode([join(root, 'scripts/package/arm64/programs.ts')]));
}
// A workflow sets a missing secret to the empty text, which electron-builder reads as a certificate that is missing.
for (const name of ['CSC_LINK', 'CSC_KEY_PASSWORD']) if (process.env[name] === '') delete process.env[name];
const { Arch, build, Platform } = await import('electron-builder');
if (kind === 'AppImage') ensureSystemPackages({ lab: false, appImage: true });
if (kind === 'deb') ensureSystemPackages({ lab: false, deb: true, lintian: options.fast !== true });
const electron = kind === 'dmg' ? undefined : await electronRuntime();
const isStandIn = electron?.isStandIn === true;
if (isStandIn) say('This package is for tests: its Electron is not the one that ships.');
if (kind === 'AppImage' && isStandIn) {
  say('The runtime at its beginning is a stand-in too.');
  process.env.APPIMAGE_TOOLS_PATH = standInTools({ fast: options.fast === true });
}
must(buildApp({ isForStandIn: isStandIn }), 'Building the app');
// These include WireGuard's programs, since the machine they run on may lack them.
/** @type {Readonly<Record<string, string>>} */
const wireguardFolders = { AppImage: '/usr/bin', dmg: macPrograms };
const wireguardFrom = wireguardFolders[kind];
const withWireGuard = wireguardFrom === undefined ? [] : ['--wireguard-from', wireguardFrom];
const stripped = ['deb', 'AppImage'].includes(kind) ? ['--stripped'] : [];
const executable = join(root, 'dist/executable', kind);
must(
  runOnProjectNode([join(root, 'scripts/build-executable.ts'), executable, ...withWireGuard, ...stripped]),
  'Building the helper',
);
say(`${writeLicences(join(root, 'dist/licences.txt'))} licences`);
await build({
  targets: targets(),
  config: builderConfig(electron === undefined ? undefined : emptyElectron(electron), {
    kind,
    executable: join(executable, 'homing-helper'),
    ...options,
  }),
  publish: 'never',
});
if (kind === 'deb' && electron !== undefined) {
  const { buildDeb, isCleanForLintian } = await import('./package/deb.mjs');
  const compression = options.fast ? 'none' : 'xz';
  const outDirectory = options.out;
  // electron-builder's name for it: it contains the processor, except for x64.
  const folder = join(
    outDirectory,
    process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`,
  );
  const path = await buildDeb({ folder, electronVersion: electron.version, outDirectory, compression });
  say(path);
  if (!options.fast && !isCleanForLintian(path)) {
    say(
      'Debian’s checker has found what is neither fixed nor explained in scripts/package/deb/lintian-overrides.',
    );
    process.exitCode = 1;
  }
}
