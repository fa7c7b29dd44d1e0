/**
 * Sets up a fresh checkout: npm packages always, missing Debian packages when root. Plain JavaScript, since it runs on
 * the machine's Node before the project's own is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stampPath = join(root, 'node_modules', '.homing-setup');

/** npm's registry does not have the project's Node for macOS: there, the Node that runs this is used. */
const isMac = process.platform === 'darwin';
/** The Node that the project runs on: the major of its Electron, whatever the machine has. */
export const node = isMac ? process.execPath : join(root, 'node_modules', 'node', 'bin', 'node');

/** Program -> its Debian package. */
const programs = {
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  ip: 'iproute2',
  nft: 'nftables',
  ping: 'iputils-ping',
  unshare: 'util-linux',
  sysctl: 'procps',
};
/**
 * Only tests, demo and benchmarks need these. By pydoc3, which only the whole of Python has: python3-minimal lacks modules
 * that the lab's scripts import. faketime steps the clock of one process, since no namespace has a wall clock of its own.
 */
const labPrograms = {
  pydoc3: 'python3',
  faketime: 'faketime',
  // The packages of a release, for the tests of its signature.
  mksquashfs: 'squashfs-tools',
  zip: 'zip',
  unzip: 'unzip',
};
/** The flake's modules are evaluated by Nix itself; nothing is built or fetched. */
const nixPrograms = { 'nix-instantiate': 'nix-bin' };
/** Virtual machines: what emulates them, and what makes their disks. */
const machinePrograms = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
};
/**
 * The desktop of the app's tests: a screen, windows, a session bus, a keyring, a tray, polkit, and Electron's
 * libraries.
 */
const desktopPrograms = {
  Xvfb: 'xvfb',
  jwm: 'jwm',
  xdotool: 'xdotool',
  'dbus-daemon': 'dbus-daemon',
  gdbus: 'libglib2.0-bin',
  'gnome-keyring-daemon': 'gnome-keyring',
  pkexec: 'pkexec',
  '/usr/lib/polkit-1/polkitd': 'polkitd',
  '/usr/lib/python3/dist-packages/gi/__init__.py': 'python3-gi',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf': 'fonts-dejavu-core',
  'systemd-analyze': 'systemd',
  'xdg-mime': 'xdg-utils',
  'update-mime-database': 'shared-mime-info',
  'update-desktop-database': 'desktop-file-utils',
  gio: 'libglib2.0-bin',
  '/usr/share/dbus-1/system.conf': 'dbus-system-bus-common',
};
/** By the name of the library. */
const desktopLibraries = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2',
  'libsecret-1.so.0': 'libsecret-1-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libcups.so.2': 'libcups2',
  'libXss.so.1': 'libxss1',
  'libnotify.so.4': 'libnotify4',
  'libxcb-dri3.so.0': 'libxcb-dri3-0',
};
/**
 * Used to build an AppImage if electron-builder's own tools cannot be downloaded; wg and wireguard-go are included in
 * it.
 */
const appImagePrograms = {
  mksquashfs: 'squashfs-tools',
  'desktop-file-validate': 'desktop-file-utils',
  gcc: 'gcc',
  '/usr/include/elf.h': 'libc6-dev',
  strip: 'binutils',
};
/** A Debian package: what finds the libraries it depends on, among those that are installed. */
const debPrograms = { 'dpkg-shlibdeps': 'dpkg-dev', strip: 'binutils' };
/** Debian's checker. */
const lintianPrograms = { lintian: 'lintian' };
const libraryDirectory = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

const systemDirectories = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];

/** @param {string} program */
function isInstalled(program) {
  if (program.startsWith('/')) return existsSync(program);
  return systemDirectories.some((directory) => existsSync(join(directory, program)));
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (result.error) throw result.error;
  return result;
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function requireNodeOfProject() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major] = devDependencies.node.split('.');
  if (process.versions.node.split('.')[0] === major) return;
  say(`On macOS, Homing is built with Node ${major}, and this is Node ${process.versions.node}.`);
  say(`Install Node ${devDependencies.node} from nodejs.org.`);
  process.exit(1);
}

/** `npm ci` when the lock file is not what was installed last; its output only when it fails. */
export function ensureNpmPackages() {
  if (isMac) requireNodeOfProject();
  if (existsSync(node) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === lockHash()) return;
  say('Installing npm packages…');
  // The only script that must run is that of the package `node`, which would fail on macOS.
  const scripts = isMac ? ['--ignore-scripts'] : [];
  const result = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...scripts], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) {
    say(`${result.stdout}${result.stderr}`);
    say('npm ci failed; see above. Is the npm registry reachable?');
    process.exit(1);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampPath, lockHash());
}

let isIndexUpdated = false;

/** Updates apt's index of packages, once in a run. */
function updateIndex() {
  if (isIndexUpdated) return;
  isIndexUpdated = true;
  run('apt-get', ['update', '-q'], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** @param {readonly string[]} packages */
function aptInstall(packages) {
  say(`Installing Debian packages: ${packages.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 'pipe', 'pipe'];
  if (run('apt-get', args, { env, stdio }).status === 0) return true;
  updateIndex();
  const again = run('apt-get', args, { env, stdio });
  if (again.status !== 0) say(`${again.stdout}${again.stderr}`);
  return again.status === 0;
}

/**
 * Resolvers for the lab's hosts, by package, with a file of each. They are unpacked, not installed: installed, they
 * would replace the machine's /etc/resolv.conf.
 */
const unpackedFolder = join(root, 'node_modules', '.cache', 'resolvers');
/** @type {Readonly<Record<string, string>>} */
const unpackedPackages = {
  openresolv: 'sbin/resolvconf',
  'systemd-resolved': 'usr/bin/resolvectl',
  'libsystemd-shared': 'usr/share/doc/libsystemd-shared',
};

/** @param {string} name */
function unpack(name) {
  const folder = mkdtempSync(join(tmpdir(), 'homing-unpack-'));
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', 'pipe', 'pipe'];
  const download = () => run('apt-get', ['download', '-q', name], { cwd: folder, stdio }).status === 0;
  let isThere = download();
  if (!isThere) {
    updateIndex();
    isThere = download();
  }
  if (isThere) {
    const [deb] = readdirSync(folder);
    if (deb !== undefined) run('dpkg', ['-x', join(folder, deb), join(unpackedFolder, name)], { stdio });
  }
  rmSync(folder, { recursive: true, force: true });
}

function ensureResolvers() {
  const missing = Object.keys(unpackedPackages).filter(
    (name) => !existsSync(join(unpackedFolder, name, unpackedPackages[name] ?? '')),
  );
  if (missing.length === 0 || !isInstalled('apt-get')) return;
  say(`Unpacking Debian packages for the lab: ${missing.join(' ')}…`);
  mkdirSync(unpackedFolder, { recursive: true });
  for (const name of missing) unpack(name);
}

/**
 * Installs the missing system packages when root on a Debian-like system; otherwise prints what to install and exits.
 */
export function ensureSystemPackages({
  lab = true,
  bench = false,
  desktop = false,
  appImage = false,
  deb = false,
  lintian = false,
  machines = false,
  resolvers = false,
  nix = false,
  arm64 = false,
} = {}) {
  const libraries = Object.entries(desktopLibraries).map(([name, from]) => [
    join(libraryDirectory, name),
    from,
  ]);
  /** @type {Readonly<Record<string, string>>} */
  const wanted = {
    ...programs,
    ...(lab ? labPrograms : {}),
    ...(bench ? { nebula: 'nebula' } : {}),
    ...(appImage ? appImagePrograms : {}),
    ...(deb ? debPrograms : {}),
    ...(lintian ? lintianPrograms : {}),
    ...(nix ? nixPrograms : {}),
    ...(arm64 ? { 'qemu-aarch64-static': 'qemu-user-static' } : {}),
    ...(machines ? machinePrograms : {}),
    ...(desktop ? desktopPrograms : {}),
    ...(desktop || deb ? Object.fromEntries(libraries) : {}),
  };
  const missing = [
    ...new Set(
      Object.keys(wanted)
        .filter((p) => !isInstalled(p))
        .map((p) => wanted[p] ?? p),
    ),
  ];
  if (resolvers) ensureResolvers();
  if (missing.length === 0) return;
  const hasApt = isInstalled('apt-get');
  if (hasApt && process.getuid?.() === 0 && aptInstall(missing)) return;
  say(`These packages are missing: ${missing.join(' ')}`);
  say(
    hasApt
      ? `Install them: sudo apt-get install ${missing.join(' ')}`
      : 'Install them with your package manager.',
  );
  process.exit(1);
}

export function projectEnvironment() {
  return {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
  };
}

/**
 * Runs a program of the project on the project's Node and exits with its status.
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function runOnProjectNode(args, options = {}) {
  const result = run(node, args, { stdio: 'inherit', env: projectEnvironment(), ...options });
  return result.status ?? 1;
}
