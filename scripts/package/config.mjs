/** The packages' configuration for electron-builder. */
import { join } from 'node:path';
import { root } from '../setup.mjs';

const invite = {
  ext: 'homing',
  name: 'Homing invite',
  mimeType: 'application/x-homing-invite',
  role: 'Viewer',
};

/**
 * Fuses that prevent abuse of the app: running as plain Node, debugging from the command line, loading code from
 * outside its archive.
 */
export const fuses = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
};

/**
 * Where the app checks for newer versions: the releases of the repository that built it, or a test feed.
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} feed
 * @returns {NonNullable<import('electron-builder').Configuration['publish']> | null}
 */
function publishFrom(env, feed) {
  if (feed !== undefined) return [{ provider: 'generic', url: feed }];
  const [owner, repo] = (env.GITHUB_REPOSITORY ?? '').split('/');
  return owner && repo ? [{ provider: 'github', owner, repo }] : null;
}

/**
 * Whether the build has a certificate for macOS, as electron-builder finds it.
 * @param {NodeJS.ProcessEnv} env
 */
function hasCertificate({ CSC_LINK, CSC_NAME }) {
  return CSC_LINK !== undefined || CSC_NAME !== undefined;
}

/** An AppImage starts with our own script, and includes the licences of the programs in its helper. */
const onlyAppImage = {
  extraFiles: [{ from: join(root, 'scripts/package/appimage/AppRun'), to: 'AppRun' }],
  extraResources: ['wireguard-go', 'wireguard-tools'].map((name) => ({
    from: `/usr/share/doc/${name}/copyright`,
    to: `licences/${name}.txt`,
  })),
};

/** The licence of the wireguard-go in the helper. */
const onlyMac = {
  extraFiles: [],
  extraResources: [
    {
      from: join(root, 'dist/mac-programs', process.arch, 'wireguard-go.LICENSE'),
      to: 'licences/wireguard-go.txt',
    },
  ],
};

/** @type {Readonly<Record<string, typeof onlyAppImage>>} */
const onlyIn = { AppImage: onlyAppImage, dmg: onlyMac };

/**
 * How a package is made.
 * @typedef {object} PackageOptions
 * @property {string} kind `dir`, `deb`, `AppImage` or `dmg`
 * @property {string} executable the helper as one program
 * @property {string} out where the packages are put
 * @property {string} [version] for tests of updates: another version than the product's
 * @property {string} [feed] for tests of updates: where newer versions are
 */

/**
 * @param {{ folder: string, version: string } | undefined} electron the Electron to package; undefined has electron-builder fetch its own
 * @param {PackageOptions} options
 * @returns {import('electron-builder').Configuration}
 */
export function builderConfig(electron, { kind, executable, out, version, feed }) {
  const extra = onlyIn[kind] ?? { extraFiles: [], extraResources: [] };
  return {
    appId: 'org.homing.desktop',
    productName: 'Homing',
    copyright: 'Apache-2.0',
    directories: { output: out, buildResources: join(root, 'assets') },
    ...(electron === undefined ? {} : { electronDist: electron.folder, electronVersion: electron.version }),
    publish: publishFrom(process.env, feed),
    asar: true,
    // The app is in English: Chromium's other locales are not needed. macOS and Linux name it differently.
    electronLanguages: ['en', 'en-US'],
    npmRebuild: false,
    // The app's bundles contain all its dependencies.
    files: ['dist/app/**', 'assets/tray/**', 'assets/icons/256x256.png', 'package.json', '!node_modules'],
    extraMetadata: {
      name: 'homing-desktop',
      desktopName: 'homing-desktop.desktop',
      ...(version === undefined ? {} : { version }),
    },
    // The runtime that needs no libfuse2, and no --no-sandbox in the desktop entry.
    toolsets: { appimage: '1.0.3' },
    extraFiles: extra.extraFiles,
    extraResources: [
      { from: executable, to: 'helper/homing-helper' },
      { from: join(root, 'dist/licences.txt'), to: 'licences.txt' },
      { from: join(root, 'LICENSE'), to: 'LICENSE' },
      ...extra.extraResources,
    ],
    electronFuses: fuses,
    protocols: [{ name: 'Homing invite', schemes: ['homing'] }],
    fileAssociations: [invite],
    linux: {
      executableName: 'homing-desktop',
      icon: join(root, 'assets/icons'),
      category: 'Network',
      synopsis: 'Keeps a roaming laptop on its private WireGuard network',
      mimeTypes: ['x-scheme-handler/homing', invite.mimeType],
    },
    mac: {
      category: 'public.app-category.utilities',
      icon: join(root, 'assets/icons/1024x1024.png'),
      // Notarisation requires it. electron-builder's entitlements for it allow what V8 needs, in the helper too. It
      // notarises if the environment has the Apple account.
      hardenedRuntime: true,
      // Without a certificate everything is signed ad hoc, since Apple processors run only signed programs.
      ...(hasCertificate(process.env) ? {} : { identity: '-' }),
      extendInfo: { LSUIElement: false },
    },
  };
}
