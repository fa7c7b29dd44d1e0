import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import type { HostProcess } from './host-process.ts';
import { tool } from './tools.ts';
import { wireGuardPort } from './wireguard-host.ts';

/** A host on a LAN that forwards packets sent or broadcast to WireGuard's port there, and the answers back. */

const script = readFileSync(`${import.meta.dirname}/relay.py`, 'utf8');

/**
 * @param controller the address to which it forwards
 * @param carries `handshakes`: no data
 * @returns the process; the relay ends with it
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
