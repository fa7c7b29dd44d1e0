import type { ReleaseFile } from '../../shared/release/release.ts';

/** The packages of a version, by the names that electron-builder and Debian give them. A name without the version is none. */
function packagesOf(version: string): readonly ReleaseFile[] {
  const processors = [
    { processor: 'x64', suffix: '', debian: 'amd64' },
    { processor: 'arm64', suffix: '-arm64', debian: 'arm64' },
  ] as const;
  return processors.flatMap(({ processor, suffix, debian }): ReleaseFile[] => [
    { name: `Homing-${version}${suffix}.AppImage`, system: 'linux', processor, kind: 'AppImage' },
    { name: `homing-desktop_${version}_${debian}.deb`, system: 'linux', processor, kind: 'deb' },
    { name: `Homing-${version}${suffix}.dmg`, system: 'darwin', processor, kind: 'dmg' },
    { name: `Homing-${version}${suffix}-mac.zip`, system: 'darwin', processor, kind: 'zip' },
  ]);
}

/**
 * What a package is for.
 * @param name of a file in the folder of a release @param version of the release
 * @throws Error when it is not the name of one of its packages
 */
export function releaseFile(name: string, version: string): ReleaseFile {
  const packages = packagesOf(version);
  const file = packages.find((one) => one.name === name);
  if (file !== undefined) return file;
  const names = packages.map((one) => one.name).join(', ');
  throw new Error(`${name} is no package of version ${version}: those are ${names}`);
}
