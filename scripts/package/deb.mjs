/** The Debian package, made with dpkg-deb alone from the folder that electron-builder filled. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Installer } from 'electron-installer-debian';
import { root } from '../setup.mjs';

const parts = join(root, 'scripts/package/deb');
/** Put in place by postinst where AppArmor knows the rule in it. */
const profile = 'usr/share/homing-desktop/apparmor-profile';

class HomingInstaller extends Installer {
  /** @override */
  get contentFunctions() {
    return [...super.contentFunctions, 'addSystemFiles'];
  }

  /** What lies outside of the app's own folder. */
  async addSystemFiles() {
    /**
     * @param {string} name
     * @param {string} path
     */
    const put = (name, path) => {
      const target = join(this.stagingDir, path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(parts, name), target);
    };
    put('homing-desktop.apparmor', profile);
    put('homing.xml', 'usr/share/mime/packages/homing.xml');
  }
}

/**
 * `folder` is what electron-builder's `dir` target made; what the package depends on follows from `electronVersion`.
 * @returns the package's path
 * @param {{ folder: string, electronVersion: string, outDirectory: string, compression: string }} source
 */
export async function buildDeb(source) {
  const { folder, electronVersion, outDirectory, compression } = source;
  writeFileSync(join(folder, 'version'), electronVersion);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const sizes = [16, 24, 32, 48, 64, 128, 256, 512].map((size) => `${size}x${size}`);
  const path = join(outDirectory, `homing-desktop_${version}_amd64.deb`);
  const installer = new HomingInstaller({
    src: folder,
    dest: outDirectory,
    arch: 'amd64',
    rename: () => path,
    logger: () => {},
    options: {
      name: 'homing-desktop',
      productName: 'Homing',
      genericName: 'Private network',
      bin: 'homing-desktop',
      version,
      description: 'keeps a roaming laptop on its private WireGuard network',
      productDescription:
        'Over the LAN when it is home, over the internet when it is not, and nobody notices the move. An app in the tray, a small helper that runs as root, and a command line.',
      maintainer: 'Homing <homing@localhost>',
      section: 'net',
      categories: ['Network'],
      compression,
      depends: ['wireguard-tools'],
      recommends: [
        'polkitd | policykit-1',
        'pkexec | policykit-1',
        'libnotify4',
        'libsecret-1-0',
        'nftables',
        'desktop-file-utils',
        'shared-mime-info',
        'xdg-utils',
      ],
      icon: Object.fromEntries(sizes.map((size) => [size, join(root, `assets/icons/${size}.png`)])),
      mimeType: ['x-scheme-handler/homing', 'application/x-homing-invite'],
      scripts: Object.fromEntries(['postinst', 'prerm', 'postrm'].map((name) => [name, join(parts, name)])),
    },
  });
  await installer.generateDefaults();
  await installer.generateOptions();
  await installer.createStagingDir();
  await installer.createContents();
  await installer.createPackage();
  await installer.movePackage();
  return path;
}
