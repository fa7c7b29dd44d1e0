import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Initiator, SentInitiation } from './noise.ts';

/** Bytes of a cookie reply, WireGuard paper section 5.4.7. */
export const cookieReplyBytes = 64;

/** How long a cookie may be used for mac2, section 5.4.4. */
export const cookieLifetimeMs = 120_000;

/**
 * Opens the cookie reply of a responder under load, section 5.4.7: XChaCha20Poly1305 with the mac1 of our message as
 * additional data. The key is derived from the responder's public key, so a reply only proves that its sender saw our
 * message, never that it holds the private key.
 * @returns the 16 bytes of the cookie, or null when the datagram does not answer that message
 */
export function openCookieReply(
  initiator: Initiator,
  sent: SentInitiation,
  datagram: Uint8Array,
): Uint8Array | null {
  if (datagram.length !== cookieReplyBytes) return null;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (view.getUint32(0, true) !== 3 || view.getUint32(4, true) !== sent.senderIndex) return null;
  const cipher = xchacha20poly1305(initiator.cookieKey, datagram.slice(8, 32), sent.mac1);
  try {
    return cipher.decrypt(datagram.slice(32, 64));
  } catch {
    return null;
  }
}

const maxCookies = 256;

/** The valid cookies, by destination: a responder creates a cookie for the address from which it sees us. */
export class CookieJar {
  readonly #nowMs: () => number;
  readonly #cookies = new Map<string, { readonly cookie: Uint8Array; readonly untilMs: number }>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  keep(destination: string, cookie: Uint8Array): void {
    this.#cookies.delete(destination);
    this.#cookies.set(destination, { cookie, untilMs: this.#nowMs() + cookieLifetimeMs });
    const [oldest] = this.#cookies.keys();
    if (this.#cookies.size > maxCookies && oldest !== undefined) this.#cookies.delete(oldest);
  }

  find(destination: string): Uint8Array | undefined {
    const kept = this.#cookies.get(destination);
    return kept && this.#nowMs() < kept.untilMs ? kept.cookie : undefined;
  }

  /** Forgets all cookies: our port has changed, and cookies are for one port. */
  clear(): void {
    this.#cookies.clear();
  }
}
