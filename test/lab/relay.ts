import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import type { HostProcess } from './host-process.ts';
import { tool } from './tools.ts';
import { wireGuardPort } from './wireguard-host.ts';

/** Somebody in a LAN who forwards what is sent or broadcast to WireGuard's port there, and the answers back. */

const script = readFileSync(`${import.meta.dirname}/relay.py`, 'utf8');

/**
 * @param controller the address that it forwards to
 * @param carries `handshakes`: no data
 * @returns the process; it stops when that is stopped
 */
export async function startRelay(
  host: Host,
  controller: string,
  carries: 'all' | 'handshakes',
): Promise<HostProcess> {
  const argv = [tool('python3'), '-c', script, `${wireGuardPort}`, controller, `${wireGuardPort}`, carries];
  const relay = await host.spawn(argv);
  await relay.stdout.waitFor(/^ready$/m);
  return relay;
}
