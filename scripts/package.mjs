/**
 * `npm run package -- [dir|deb|AppImage|dmg]`: builds the app, its helper as one program, and packages them. `dir` and
 * `deb` need nothing but npm's registry and dpkg; the tools of the other two are fetched by electron-builder.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { builderConfig } from './package/config.mjs';
import { writeLicences } from './package/licences.mjs';
import { ensureNpmPackages, root, runOnProjectNode } from './setup.mjs';

const kinds = ['dir', 'deb', 'AppImage', 'dmg'];
const [kind = 'dir', ...options] = process.argv.slice(2);

function say(text) {
  process.stderr.write(`${text}\n`);
}

function must(status, what) {
  if (status === 0) return;
  say(`${what} failed; see above.`);
  process.exit(1);
}

/** Without what Electron itself would start: the app comes in its place. */
function emptyElectron({ folder, version }) {
  const copy = join(root, '.cache', `package-electron-${version}`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, 'resources'), { recursive: true, force: true });
  mkdirSync(join(copy, 'resources'));
  return { folder: copy, version };
}

/** The helper inside is a program of this machine, and so is the package. macOS updates itself from a zip. */
function targets() {
  const arch = process.arch === 'arm64' ? Arch.arm64 : Arch.x64;
  if (kind === 'dmg') return Platform.MAC.createTarget(['dmg', 'zip'], arch);
  return Platform.LINUX.createTarget(isLocal ? 'dir' : kind, arch);
}

if (!kinds.includes(kind)) {
  say(`There is no package of the kind ${JSON.stringify(kind)}: choose one of ${kinds.join(', ')}.`);
  process.exit(2);
}
ensureNpmPackages();
const { Arch, build, Platform } = await import('electron-builder');
const isLocal = kind === 'dir' || kind === 'deb';
const electron = isLocal ? await electronRuntime() : undefined;
if (electron?.isStandIn) say('This package is for tests: its Electron is not the one that ships.');
must(buildApp({ isForStandIn: electron?.isStandIn === true }), 'Building the app');
must(runOnProjectNode([join(root, 'scripts/build-executable.ts')]), 'Building the helper');
say(`${writeLicences(join(root, 'dist/licences.txt'))} licences`);

await build({
  targets: targets(),
  config: builderConfig(electron === undefined ? undefined : emptyElectron(electron)),
  publish: 'never',
});
if (kind === 'deb') {
  const { buildDeb } = await import('./package/deb.mjs');
  const compression = options.includes('--fast') ? 'none' : 'xz';
  const outDirectory = join(root, 'dist/package');
  const folder = join(outDirectory, 'linux-unpacked');
  say(await buildDeb({ folder, electronVersion: electron.version, outDirectory, compression }));
}
