import { expect, test } from 'vitest';
import { releaseFile } from '../../../../scripts/release/package-name.ts';

test.each([
  ['Homing-1.4.0.AppImage', 'linux', 'x64', 'AppImage'],
  ['homing-desktop_1.4.0_arm64.deb', 'linux', 'arm64', 'deb'],
  ['Homing-1.4.0-arm64.dmg', 'darwin', 'arm64', 'dmg'],
  ['Homing-1.4.0-mac.zip', 'darwin', 'x64', 'zip'],
])('%s is for %s on %s', (name, system, processor, kind) => {
  expect(releaseFile(name, '1.4.0')).toEqual({ name, system, processor, kind });
});

test.each(['Homing-1.3.9.AppImage', 'Homing.AppImage', 'Homing-1.4.0.AppImage.zip', 'evil.zip'])(
  '%s is no package of version 1.4.0',
  (name) => {
    expect(() => releaseFile(name, '1.4.0')).toThrow(/is no package of version 1\.4\.0/);
  },
);
