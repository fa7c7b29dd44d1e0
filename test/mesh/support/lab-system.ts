import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../lab/host.ts';

/**
 * The operating system that the helper assumes on a laptop of the lab: `macos` is its macOS tunnel with stand-ins that
 * translate to ip(8).
 */
export type LabSystem = 'linux' | 'macos';

/** The environment variable selects the system for the suites. */
export const labSystem: LabSystem = process.env.HOMING_LAB_SYSTEM === 'macos' ? 'macos' : 'linux';

/** Whether the helper of Linux runs as root, as with an init script, or as a user of its own, as with systemd. */
export type HelperUser = 'root' | 'homing';

/** The environment variable selects it for the suites that do not look into root's directories. */
export const labHelperUser: HelperUser = process.env.HOMING_LAB_HELPER_USER === 'homing' ? 'homing' : 'root';

const standIns = fileURLToPath(new URL('macos-stand-ins', import.meta.url));
const inHost = '/opt/macos';
/** Their directories on macOS; on a merged /usr, /sbin is /usr/sbin. */
const folderOf: Readonly<Record<string, string>> = {
  dscacheutil: '/usr/bin',
  killall: '/usr/bin',
  sw_vers: '/usr/bin',
  'wireguard-go': '/usr/bin',
};

/** Installs the stand-ins at the paths of the programs of macOS. */
export async function becomeMac(host: Host): Promise<void> {
  await host.bind('/usr/bin/wireguard-go', `${inHost}/real/wireguard-go`);
  await host.bind(standIns, `${inHost}/programs`);
  await host.overlay('/usr');
  const names = (await readdir(standIns)).filter((name) => !name.endsWith('.py'));
  for (const name of names) {
    const place = join(folderOf[name] ?? '/usr/sbin', name);
    await host.run([
      '/bin/sh',
      '-c',
      'rm -f "$2" && cp "$1" "$2"',
      'sh',
      `${inHost}/programs/${name}`,
      place,
    ]);
  }
}

/** The name that macOS gave to the interface of a network. */
export async function deviceOf(host: Host, interfaceName: string): Promise<string> {
  return (await host.run(['cat', `/run/homing/${interfaceName}.name`])).trim();
}
