import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from '../../lab/command.ts';
import { tool } from '../../lab/tools.ts';
import { commonPackages, type Recipe, recipeHash } from './recipe.ts';

/** A machine's kernel, initial RAM disk and root disk, built once and cached. */
export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  /** In qcow2; only ever the base of another disk, so that many machines can share it. */
  readonly disk: string;
  /** The disk of a machine that has started, with its snapshot `booted`; made at the first boot. */
  readonly booted: string;
}

const diskSize = '6G';
const buildTimeoutMs = 40 * 60_000;
const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The Debian sources of this machine, if it runs Debian: it may use private mirrors. */
const ownSources = '/etc/apt/sources.list.d/debian.sources';

/**
 * The initial RAM disk contains only what finds the root disk: unpacking a large one takes long on an emulated
 * processor.
 */
const initramfsHook = [
  'mkdir -p "$1/etc/initramfs-tools/conf.d"',
  'printf "MODULES=list\\nCOMPRESS=gzip\\n" >"$1/etc/initramfs-tools/conf.d/machine"',
  'printf "virtio_pci\\nvirtio_blk\\next4\\n" >"$1/etc/initramfs-tools/modules"',
].join('; ');

/** Manuals are not needed; less is written. */
const dpkgOptions = [
  'force-unsafe-io',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/locale/*',
];

/** Every machine: no password for root on the console, a fixed name, no timers that start by themselves while tests run. */
const commonSetup = [
  'passwd --delete root',
  'echo machine >/etc/hostname',
  'printf "127.0.0.1\\tlocalhost\\n127.0.1.1\\tmachine\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n" >/etc/hosts',
  'printf "/dev/vda / ext4 defaults 0 1\\n" >/etc/fstab',
  'mkdir -p /product',
  'systemctl mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer',
];

/** The arguments of mmdebstrap(1) that build the root directory of a recipe. */
export function bootstrapArguments(recipe: Recipe, folder: string, sources: string): string[] {
  const chroot = (command: string) => `--customize-hook=chroot "$1" sh -ec ${shellQuoted(command)}`;
  return [
    '--variant=minbase',
    `--include=${[...commonPackages, ...recipe.packages].join(',')}`,
    ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
    `--essential-hook=${initramfsHook}`,
    ...[...commonSetup, ...recipe.setup].map(chroot),
    recipe.suite,
    folder,
    sources,
  ];
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The image of a recipe: from the cache, or built now and cached. Older images of the same name are removed.
 * @param cache absolute path of a directory, created if missing
 * @param signal ends building
 * @throws Error with the output of the tool that failed; nothing is cached then
 */
export async function imageOf(recipe: Recipe, cache: string, signal: AbortSignal): Promise<Image> {
  const folder = join(cache, `${recipe.name}-${recipeHash(recipe)}`);
  const image = {
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd'),
    disk: join(folder, 'disk.qcow2'),
    booted: join(folder, 'booted.qcow2'),
  };
  if (existsSync(folder)) return image;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'building-'));
  try {
    await build(recipe, work, signal);
    await removeOlder(recipe.name, cache);
    await rename(join(work, 'image'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return image;
}

async function build(recipe: Recipe, work: string, signal: AbortSignal): Promise<void> {
  const root = join(work, 'root');
  const image = join(work, 'image');
  await mkdir(image);
  const run = (argv: readonly string[]) =>
    runOrThrow([tool('nice'), '-n', '15', ...argv], {
      timeoutMs: buildTimeoutMs,
      signal,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: work },
    });
  await run([tool('mmdebstrap'), ...bootstrapArguments(recipe, root, await sourcesFile(recipe, work))]);
  for (const [pattern, name] of [
    ['vmlinuz-', 'vmlinuz'],
    ['initrd.img-', 'initrd'],
  ] as const) {
    const [newest] = (await readdir(join(root, 'boot'))).filter((file) => file.startsWith(pattern));
    if (newest === undefined) throw new Error(`The image ${recipe.name} has no /boot/${pattern}*.`);
    await run([tool('cp'), join(root, 'boot', newest), join(image, name)]);
  }
  const raw = join(work, 'disk.raw');
  await run([tool('mke2fs'), '-q', '-t', 'ext4', '-d', root, '-E', 'root_owner=0:0', raw, diskSize]);
  await run([tool('qemu-img'), 'convert', '-O', 'qcow2', raw, join(image, 'disk.qcow2')]);
}

async function sourcesFile(recipe: Recipe, work: string): Promise<string> {
  if (existsSync(ownSources)) return ownSources;
  const path = join(work, 'debian.sources');
  await writeFile(
    path,
    [
      'Types: deb',
      'URIs: http://deb.debian.org/debian',
      `Suites: ${recipe.suite} ${recipe.suite}-updates`,
      'Components: main',
      `Signed-By: ${debianKeyring}`,
      '',
    ].join('\n'),
  );
  return path;
}

/** An image of several hundred MB is not kept for an outdated recipe. */
async function removeOlder(name: string, cache: string): Promise<void> {
  const older = (await readdir(cache)).filter((entry) => new RegExp(`^${name}-[0-9a-f]{12}$`).test(entry));
  for (const entry of older) await rm(join(cache, entry), { recursive: true, force: true });
}
