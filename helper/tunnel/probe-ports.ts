import { randomInt } from 'node:crypto';

/**
 * The source ports of the helper's own probes, above the ephemeral ports (Linux: 32768 to 60999, ip_local_port_range;
 * RFC 6335 section 8.1.2: 49152 to 65535). Root's packets from these ports never enter the tunnel: Node cannot mark a
 * socket (SO_MARK), and a probe through the tunnel would prove the wrong path.
 */
export const probePorts = { first: 61_440, last: 61_951 } as const;

export function anyProbePort(): number {
  return randomInt(probePorts.first, probePorts.last + 1);
}
