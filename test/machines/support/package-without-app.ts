import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from '../../lab/command.ts';
import { tool } from '../../lab/tools.ts';

const installedFolder = 'usr/lib/homing-desktop';
const timeoutMs = 5 * 60_000;

/** The one package in the folder where `npm run package -- deb` leaves it. @throws Error when there is none */
export async function builtPackage(root: string): Promise<string> {
  const folder = join(root, 'dist/package');
  const debs = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.deb'));
  if (debs.length !== 1 || debs[0] === undefined)
    throw new Error(`${folder} should hold one .deb: run npm run package -- deb --fast`);
  return join(folder, debs[0]);
}

/**
 * The same package without Electron, 240 of its 360 MB, which a machine without KVM unpacks for minutes: the control file,
 * the scripts, the helper and all that lies outside of the app's own folder are as they were.
 * @param work a folder for what is unpacked; the new package is written there too
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
