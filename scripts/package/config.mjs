/** How the packages are made, for electron-builder. */
import { join } from 'node:path';
import { root } from '../setup.mjs';

const invite = {
  ext: 'homing',
  name: 'Homing invite',
  mimeType: 'application/x-homing-invite',
  role: 'Viewer',
};

/**
 * Forbids what would make another program of the app: to run as plain Node, to be debugged from the command line, to load
 * code from outside of its archive.
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

/** Where the app looks for newer versions: the releases of the repository that built it. */
function publishFrom(env) {
  const [owner, repo] = (env.GITHUB_REPOSITORY ?? '').split('/');
  return owner && repo ? [{ provider: 'github', owner, repo }] : null;
}

/** @param electron the Electron to package; undefined has electron-builder fetch its own */
export function builderConfig(electron) {
  return {
    appId: 'org.homing.desktop',
    productName: 'Homing',
    copyright: 'Apache-2.0',
    directories: { output: join(root, 'dist/package'), buildResources: join(root, 'assets') },
    ...(electron === undefined ? {} : { electronDist: electron.folder, electronVersion: electron.version }),
    publish: publishFrom(process.env),
    asar: true,
    // The app speaks English only: Chromium's words in other languages are not needed. macOS and Linux name it differently.
    electronLanguages: ['en', 'en-US'],
    npmRebuild: false,
    // All that the app needs is in its bundles.
    files: ['dist/app/**', 'assets/tray/**', 'assets/icons/256x256.png', 'package.json', '!node_modules'],
    extraMetadata: { name: 'homing-desktop', desktopName: 'homing-desktop.desktop' },
    extraResources: [
      { from: join(root, 'dist/executable/homing-helper'), to: 'helper/homing-helper' },
      { from: join(root, 'dist/licences.txt'), to: 'licences.txt' },
      { from: join(root, 'LICENSE'), to: 'LICENSE' },
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
      hardenedRuntime: true,
      extendInfo: { LSUIElement: false },
    },
  };
}
