import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { aptWith, mirror, run } from '../debian-archive.ts';

/**
 * Go and the libraries of wireguard-go as Debian packages, unpacked and not installed; and wireguard-go's source. Debian's
 * stable Go is too old, so they are of bookworm-backports, on any Debian-like machine with apt.
 */

export interface GoFromDebian {
  readonly program: string;
  readonly goroot: string;
  /** Libraries by import path, in `src`. */
  readonly gopath: string;
  /** wireguard-go's source. */
  readonly wireguard: string;
}

const source = {
  archive: 'wireguard-go_0.0.20231211.orig.tar.gz',
  path: 'pool/main/w/wireguard-go',
  sha256: 'b60cc17bfe55869628a83a377a1f5637667af7b2f3158f35bdd1f3d7fbeff794',
};
const fromBackports = [
  'golang-1.23-go',
  'golang-1.23-src',
  'golang-golang-x-crypto-dev',
  'golang-golang-x-sys-dev',
];
const fromStable = ['golang-golang-x-net-dev'];
const aptHelper = '/usr/lib/apt/apt-helper';

/**
 * Downloads and unpacks everything, once: the folder is the cache. apt verifies packages by the archive's signature, and
 * the source has a fixed hash.
 * @param folder absolute
 * @throws Error with the output of the command that failed; then nothing is cached
 */
export function goFromDebian(folder: string): GoFromDebian {
  if (!existsSync(folder)) {
    const work = `${folder}.new`;
    rmSync(work, { recursive: true, force: true });
    const packages = join(work, 'packages');
    mkdirSync(packages, { recursive: true });
    const apt = aptWith(work, { suites: ['bookworm', 'bookworm-backports'] });
    run('apt-get', [...apt, 'update', '-q'], packages);
    const wanted = [...fromBackports.map((name) => `${name}/bookworm-backports`), ...fromStable];
    run('apt-get', [...apt, 'download', '-q', ...wanted], packages);
    const root = join(work, 'root');
    for (const name of readdirSync(packages)) run('dpkg', ['-x', join(packages, name), root], work);
    const archive = join(work, source.archive);
    const url = `${mirror()}/${source.path}/${source.archive}`;
    run(aptHelper, ['download-file', url, archive, `SHA256:${source.sha256}`], work);
    const wireguard = join(root, 'usr/share/gocode/src/golang.zx2c4.com/wireguard');
    mkdirSync(wireguard, { recursive: true });
    run('tar', ['-xzf', archive, '-C', wireguard, '--strip-components=1'], work);
    for (const name of ['packages', 'lists', 'cache', 'sources.list', source.archive])
      rmSync(join(work, name), { recursive: true });
    renameSync(work, folder);
  }
  const goroot = join(folder, 'root/usr/lib/go-1.23');
  const gopath = join(folder, 'root/usr/share/gocode');
  return {
    program: join(goroot, 'bin/go'),
    goroot,
    gopath,
    wireguard: join(gopath, 'src/golang.zx2c4.com/wireguard'),
  };
}
