import { createHash } from 'node:crypto';

/** The contents of a machine: Debian packages and a few lines of shell. */
export interface Recipe {
  /** For readers: part of the directory's name in the cache. */
  readonly name: string;
  /** The release of Debian. */
  readonly suite: 'bookworm';
  /** Everything beyond Debian's minbase and the packages that every machine has. */
  readonly packages: readonly string[];
  /**
   * Shell commands, run as root in the finished root directory (chroot) one after the other; the first failure ends it.
   */
  readonly setup: readonly string[];
}

/** Changes when images are built differently, so that old images are not reused. */
const formatVersion = 4;

/** What every machine has: a kernel, systemd, the agent that runs commands, and what the lab and Homing use. */
export const commonPackages: readonly string[] = [
  'linux-image-cloud-amd64',
  'initramfs-tools',
  'systemd-sysv',
  'udev',
  'dbus',
  'kmod',
  'procps',
  'qemu-guest-agent',
  'iproute2',
  'iputils-ping',
  'nftables',
  'wireguard-tools',
  'python3-minimal',
];

/** @returns 12 hexadecimal digits: two recipes that build the same image have the same */
export function recipeHash({ suite, packages, setup }: Recipe): string {
  const what = JSON.stringify([formatVersion, suite, [...commonPackages, ...packages], setup]);
  return createHash('sha256').update(what).digest('hex').slice(0, 12);
}
