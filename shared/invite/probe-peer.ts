import type { PresharedKey, PublicKey } from '../keys/wireguard-key.ts';

/** What a laptop's probe peer is for, as a controller's configuration says it. */
export function probePeerComment(peer: string): string {
  return `probe of ${peer}: proves this controller to it, carries nothing`;
}

interface ProbePeer {
  /** This laptop's name. */
  readonly peer: string;
  readonly probePublicKey: PublicKey;
  /** As the laptop's own peer on that controller has it (WireGuard paper, section 5.2). */
  readonly presharedKey: PresharedKey | undefined;
}

/**
 * The lines that make a controller answer this laptop's probes: a peer without AllowedIPs, so that it may shake hands
 * and carry nothing.
 * @param secrets whether the preshared key is written out; else the line says where to take it from
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
