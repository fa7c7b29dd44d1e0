import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A Mac that may be changed: a runner of the workflow. Nothing here is for a machine that somebody uses. */

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where `npm run package -- mac-programs` leaves wireguard-go. */
export const macPrograms = `${root}dist/mac-programs/${process.arch}`;

/** @throws Error unless this is a Mac and the caller is root */
export function requireRootOnMac(): void {
  if (process.platform !== 'darwin') throw new Error('These tests need macOS.');
  if (process.getuid?.() !== 0) throw new Error('These tests need root: sudo npm run test:mac -- system');
}

/** @returns standard output. @throws Error with the program's own output */
export function run(program: string, args: readonly string[], input?: string): string {
  return execFileSync(program, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** @returns whether the program succeeds */
export function succeeds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** The user who runs the tests by sudo(8), and who may control the helper. */
export function userOfSudo(): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [process.env.SUDO_UID, process.env.SUDO_GID].map(Number);
  if (!uid || !gid) throw new Error('Start these tests with sudo, as an ordinary user.');
  return { uid, gid };
}

/**
 * What Homing changes and must restore: interfaces, routes, rules of names. Counters and the expiry of cached routes
 * change by themselves, as do routes that the system clones for each neighbour (netstat(1): flags W and L).
 */
export function systemNow(): readonly string[] {
  const interfaces = run('/sbin/ifconfig', ['-l']).trim().split(' ');
  const routes = ['inet', 'inet6'].flatMap((family) =>
    run('/usr/sbin/netstat', ['-rn', '-f', family])
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([destination = '', , flags = '']) => /^[\da-f:.]/.test(destination) && !/[WL]/.test(flags))
      .map(([destination, gateway, , device]) => `${family} ${destination} ${gateway} ${device}`),
  );
  const hosts = run('/bin/cat', ['/etc/hosts']).split('\n');
  const dns = run('/usr/sbin/scutil', ['--dns']).match(/nameserver\[\d+\] : \S+/g) ?? [];
  return [...interfaces, ...routes, ...hosts, ...dns].sort();
}
