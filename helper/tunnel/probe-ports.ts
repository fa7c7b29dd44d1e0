import { randomInt } from 'node:crypto';

/**
 * The source ports of the helper's own probes, outside the ephemeral ports (Linux: 32768 to 60999, ip_local_port_range;
 * macOS: 49152 to 65535, net.inet.ip.portrange). On Linux root's packets from these ports never enter the tunnel: Node
 * cannot mark a socket (SO_MARK), and a probe through the tunnel would prove the wrong path. The kill switch of both
 * systems lets them out.
 */
export const probePorts =
  process.platform === 'darwin'
    ? ({ first: 48_128, last: 48_639 } as const)
    : ({ first: 61_440, last: 61_951 } as const);

export function anyProbePort(): number {
  return randomInt(probePorts.first, probePorts.last + 1);
}
