/** The Debian package, made with Debian's own tools from the folder that electron-builder filled. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Installer } from 'electron-installer-debian';
import { root } from '../setup.mjs';
import { dependsOf, recommends } from './deb/depends.mjs';

const parts = join(root, 'scripts/package/deb');
const name = 'homing-desktop';
const maintainer = 'Homing <homing@localhost>';
/** Installed by postinst if AppArmor supports its rule. */
const profile = 'usr/share/homing-desktop/apparmor-profile';

/** Debian's names of the processors. */
const architectures = { x64: 'amd64', arm64: 'arm64' };

/** @param {string} arch Node's name @returns {string} Debian's */
function debianArchitecture(arch) {
  if (arch === 'x64' || arch === 'arm64') return architectures[arch];
  throw new Error(`There is no Debian package for the processor ${arch}: only for x64 and arm64.`);
}

/**
 * The package's own changelog, as Debian's policy wants it (section 4.4); what changed is in the project's.
 * @param {string} version
 */
function changelog(version) {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const at = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
  const date = at.toUTCString().replace('GMT', '+0000');
  const entry = `  * Version ${version}; what changed is in CHANGELOG.md.gz beside this file.`;
  return `${name} (${version}) unstable; urgency=medium\n\n${entry}\n\n -- ${maintainer}  ${date}\n`;
}

/** Puts its contents in place all at once; what replaces some of them comes after. */
class HomingInstaller extends Installer {
  /** What lies outside of the app's own folder, and the documents that Debian wants. */
  addSystemFiles() {
    /**
     * @param {string} path
     * @param {string | Buffer} content
     */
    const put = (path, content) => {
      const target = join(this.stagingDir, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content, { mode: 0o644 });
    };
    /** @param {string} file */
    const part = (file) => readFileSync(join(parts, file));
    put(profile, part('homing-desktop.apparmor'));
    put('usr/share/mime/packages/homing.xml', part('homing.xml'));
    put(`usr/share/man/man1/${name}.1.gz`, gzipSync(part('homing-desktop.1'), { level: 9 }));
    const { version } = this.options;
    put(`usr/share/doc/${name}/changelog.gz`, gzipSync(changelog(version), { level: 9 }));
    const ours = readFileSync(join(root, 'CHANGELOG.md'));
    put(`usr/share/doc/${name}/CHANGELOG.md.gz`, gzipSync(ours, { level: 9 }));
    put(`usr/share/doc/${name}/copyright`, part('copyright'));
    put(`usr/share/lintian/overrides/${name}`, part('lintian-overrides'));
  }

  /** Libraries are loaded and not run (Debian's policy, section 8.1). */
  plainLibraries() {
    const folder = join(this.stagingDir, 'usr/lib', name);
    for (const file of readdirSync(folder))
      if (/\.so(\.\d+)*$/.test(file)) chmodSync(join(folder, file), 0o644);
  }
}

/**
 * `folder` is what electron-builder's `dir` target made.
 * @returns the package's path
 * @param {{ folder: string, electronVersion: string, outDirectory: string, compression: string }} source
 */
export async function buildDeb(source) {
  const { folder, electronVersion, outDirectory, compression } = source;
  writeFileSync(join(folder, 'version'), electronVersion);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const arch = debianArchitecture(process.arch);
  const sizes = [16, 24, 32, 48, 64, 128, 256, 512].map((size) => `${size}x${size}`);
  const path = join(outDirectory, `${name}_${version}_${arch}.deb`);
  const installer = new HomingInstaller({
    src: folder,
    dest: outDirectory,
    arch,
    rename: () => path,
    logger: () => {},
    options: {
      name,
      productName: 'Homing',
      genericName: 'Private network',
      bin: name,
      version,
      description: 'keeps a roaming laptop on its private WireGuard network',
      productDescription:
        'Over the LAN when it is home, over the internet when it is not, and nobody notices the move. An app in the tray, a small helper that runs as root, and a command line.',
      maintainer,
      section: 'net',
      categories: ['Network'],
      compression,
      icon: Object.fromEntries(sizes.map((size) => [size, join(root, `assets/icons/${size}.png`)])),
      mimeType: ['x-scheme-handler/homing', 'application/x-homing-invite'],
      scripts: Object.fromEntries(
        ['postinst', 'prerm', 'postrm'].map((script) => [script, join(parts, script)]),
      ),
    },
  });
  await installer.generateDefaults();
  await installer.generateOptions();
  // The installer's own lists are for a much older Electron.
  Object.assign(installer.options, { depends: dependsOf(folder, arch), recommends });
  await installer.createStagingDir();
  await installer.createContents();
  installer.addSystemFiles();
  installer.plainLibraries();
  await installer.createPackage();
  await installer.movePackage();
  return path;
}

/**
 * Runs lintian on a package. Accepted findings are in the package's overrides, each with its reason.
 * @returns whether there are no others
 * @param {string} path
 */
export function isCleanForLintian(path) {
  const args = ['--fail-on', 'error,warning', '--allow-root', '--tag-display-limit', '0', path];
  return spawnSync('lintian', args, { stdio: 'inherit' }).status === 0;
}
