import type { Host } from '../../lab/host.ts';

/**
 * Sends a signal to every wireguard-go of a host.
 * @returns whether there was such a process: after a disconnect, or with the kernel's WireGuard, there is none
 * @throws Error when the signal could not be sent (pkill(1): 1 means that no process matched)
 */
export async function signalWireGuard(host: Host, signal: 'KILL' | 'STOP' | 'CONT'): Promise<boolean> {
  const { code, stderr } = await host.exec(['pkill', `-${signal}`, '-x', 'wireguard-go']);
  if (code > 1) throw new Error(`pkill ended with ${code}: ${stderr.trim()}`);
  return code === 0;
}
