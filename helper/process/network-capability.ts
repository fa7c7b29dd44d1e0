import { readFileSync } from 'node:fs';

/** CAP_NET_ADMIN in linux/capability.h. */
const netAdmin = 12n;

/** Whether this process may change interfaces, routes and packet filters without being root (capabilities(7)). */
export function hasNetworkCapability(status = ownStatus()): boolean {
  const [, effective = '0'] = /^CapEff:\t([0-9a-f]+)$/m.exec(status) ?? [];
  return ((BigInt(`0x${effective}`) >> netAdmin) & 1n) === 1n;
}

/** The text of proc_pid_status(5); empty on systems without it, which have no capabilities. */
function ownStatus(): string {
  return process.platform === 'linux' ? readFileSync('/proc/self/status', 'latin1') : '';
}
