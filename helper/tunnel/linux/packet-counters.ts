import { readFileSync } from 'node:fs';
import type { PacketCounters } from '../../../shared/paths/machine/traffic-watch.ts';
import { isUserspace } from '../userspace-control.ts';

/**
 * The counters of an interface, without a process. Those of wireguard-go's interface count what its programs send and
 * receive; those of the kernel's count WireGuard's messages, so their bytes are read as well.
 * @returns undefined when the interface is gone
 */
export function packetCounters(interfaceName: string): PacketCounters | undefined {
  const counter = (name: string) =>
    Number(readFileSync(`/sys/class/net/${interfaceName}/statistics/${name}`, 'latin1'));
  try {
    const packets = { received: counter('rx_packets'), sent: counter('tx_packets') };
    return isUserspace(interfaceName) ? packets : { ...packets, receivedMessageBytes: counter('rx_bytes') };
  } catch {
    return undefined;
  }
}
