import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from '../../lab/command.ts';
import { tool } from '../../lab/tools.ts';

const installedFolder = 'usr/lib/homing-desktop';
const timeoutMs = 5 * 60_000;

/** The only package in the directory where `npm run package -- deb` puts it. @throws Error if there is none */
export async function builtPackage(root: string): Promise<string> {
  const folder = join(root, 'dist/package');
  const debs = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.deb'));
  if (debs.length !== 1 || debs[0] === undefined)
    throw new Error(`${folder} should hold one .deb: run npm run package -- deb --fast`);
  return join(folder, debs[0]);
}

/**
 * The same package without Electron, 240 of its 360 MB, which a machine without KVM unpacks for minutes: the control
 * file, the scripts, the helper and everything outside the app's own directory are unchanged.
 * @param work a directory for the unpacked files; the new package is written there too
 */
export async function packageWithoutApp(deb: string, work: string): Promise<string> {
  const tree = join(work, 'package');
  const made = join(work, 'homing-without-app.deb');
  const dpkgDeb = [tool('nice'), '-n', '15', tool('dpkg-deb')];
  await runOrThrow([...dpkgDeb, '--raw-extract', deb, tree], { timeoutMs });
  const app = join(tree, installedFolder);
  const others = (await readdir(app)).filter((name) => name !== 'resources').map((name) => join(app, name));
  for (const path of [...others, join(app, 'resources/app.asar')]) await rm(path, { recursive: true });
  await runOrThrow([...dpkgDeb, '-Znone', '--root-owner-group', '--build', tree, made], {
    timeoutMs,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  await rm(tree, { recursive: true });
  return made;
}
