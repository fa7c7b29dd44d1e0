import type { PresharedKey, PublicKey } from '../keys/wireguard-key.ts';

/** The purpose of a laptop's probe peer, as a comment in the controller's configuration. */
export function probePeerComment(peer: string): string {
  return `probe of ${peer}: proves this controller to it, carries nothing`;
}

interface ProbePeer {
  /** This laptop's name. */
  readonly peer: string;
  readonly probePublicKey: PublicKey;
  /** The same as in the laptop's own peer on that controller (WireGuard paper, section 5.2). */
  readonly presharedKey: PresharedKey | undefined;
}

/**
 * The lines that make a controller answer this laptop's probes: a peer without AllowedIPs, which can complete
 * handshakes but carry no traffic.
 * @param secrets whether to print the preshared key; otherwise the line says where to find it
 */
export function probePeerLines(
  { peer, probePublicKey, presharedKey }: ProbePeer,
  secrets: 'written-out' | 'left-out',
): string {
  const lines = [`[Peer] # probe of ${peer}`, `PublicKey = ${probePublicKey}`];
  if (presharedKey !== undefined) {
    lines.push(`PresharedKey = ${secrets === 'written-out' ? presharedKey : `(as for ${peer})`}`);
  }
  return lines.join('\n');
}
