/**
 * The sizes of WireGuard's messages, in bytes of UDP payload (paper, section 5.4), as a peer's byte counters count them:
 * wireguard-go in device/receive.go, the kernel in drivers/net/wireguard/receive.c (`update_rx_stats`). Neither counts
 * cookie replies.
 */

/** A header and a tag of 16 bytes each, and nothing in between: a keepalive, which expects no answer. */
export const keepaliveBytes = 32;
/** An empty inner packet of IPv4 and ICMP with WireGuard's header and tag, padded to 16 bytes. */
export const minDataBytes = 64;
export const initiationBytes = 148;
export const responseBytes = 92;

/**
 * Four initiations are 592 bytes, which a single message may have. Data is padded to a multiple of 16 bytes, except in a
 * message of the interface's MTU, which is longer; 148, 296 and 444 are no such multiple. A response with 352 bytes of data
 * has the size of three initiations: it counts as an answer with the next data.
 */
const maxRecognised = 3;

/**
 * Whether the received bytes are handshake initiations and nothing else. They do not show that the sender receives
 * anything: it sends one every 5 s to whoever does not answer it (REKEY_TIMEOUT, paper section 6.4). A handshake
 * response and data are sent by a peer that received a handshake message, or holds a session.
 * @param bytes the difference of two readings of a peer's counter
 */
export function areOnlyInitiations(bytes: number): boolean {
  return bytes > 0 && bytes % initiationBytes === 0 && bytes / initiationBytes <= maxRecognised;
}
