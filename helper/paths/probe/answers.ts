import { responseBytes } from '../../../shared/paths/message-sizes.ts';
import { cookieReplyBytes, openCookieReply } from './cookie.ts';
import type { IgnoredReason } from './ignored.ts';
import { consumeResponse, type Initiator, type SentInitiation } from './noise.ts';
import { canonicalAddress, type Destination } from './targets.ts';

/** The maximum of key agreements for answers to one message, at 3 ms each, whatever arrives. */
const maxTrials = 8;
/** Remembered indices of ended messages, to distinguish late and repeated answers from junk. */
const maxEnded = 512;

/** A sent message. */
export interface SentMessage {
  readonly initiator: Initiator;
  readonly sent: SentInitiation;
  readonly destination: Destination;
  readonly sentAtMs: number;
  /** Called for each answer; a wrong answer is no evidence against the target, since anyone can send it. */
  readonly listener: {
    onVerified(message: SentMessage, from: { host: string; port: number }, atMs: number): void;
    onCookie(message: SentMessage, cookie: Uint8Array): void;
    onUnproven(): void;
  };
}

interface Waiting {
  readonly message: SentMessage;
  responseTrials: number;
  cookieTrials: number;
  cookieUsed: boolean;
}

/** Finds the message that a datagram answers, and verifies the answer. */
export class Answers {
  readonly #isForbidden: (host: string) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended = new Map<number, IgnoredReason>();

  constructor(isForbidden: (host: string) => boolean) {
    this.#isForbidden = isForbidden;
  }

  /** Whether an index is free for a new message. */
  isFree(index: number): boolean {
    return !this.#waiting.has(index) && !this.#ended.has(index);
  }

  add(message: SentMessage): void {
    this.#waiting.set(message.sent.senderIndex, {
      message,
      responseTrials: 0,
      cookieTrials: 0,
      cookieUsed: false,
    });
  }

  /** Stops waiting for answers to a message. */
  end(index: number, why: 'verified' | 'given up'): void {
    if (!this.#waiting.delete(index)) return;
    this.#ended.set(index, why === 'verified' ? 'already answered' : 'answers a probe that has ended');
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > maxEnded && oldest !== undefined) this.#ended.delete(oldest);
  }

  clear(): void {
    this.#waiting.clear();
    this.#ended.clear();
  }

  /**
   * Handles one datagram. Nothing is computed unless its length, type, index and, for a target with a single address,
   * its source match.
   * @returns why it was ignored, or null if it was used
   */
  take(datagram: Uint8Array, source: { address: string; port: number }, atMs: number): IgnoredReason | null {
    if (datagram.length < 4) return 'too short';
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    const type = view.getUint32(0, true);
    if (type !== 2 && type !== 3) return 'wrong type';
    const expectedBytes = type === 2 ? responseBytes : cookieReplyBytes;
    if (datagram.length !== expectedBytes) return datagram.length < expectedBytes ? 'too short' : 'too long';

    const index = view.getUint32(type === 2 ? 8 : 4, true);
    const waiting = this.#waiting.get(index);
    if (!waiting) return this.#ended.get(index) ?? 'unknown index';
    const { destination, listener } = waiting.message;
    const host = canonicalAddress(source.address) ?? source.address;
    if (destination.exact && (host !== destination.host || source.port !== destination.port)) {
      return 'from another address than asked';
    }
    if (this.#isForbidden(host)) return 'from a forbidden address';
    if (type === 3) return takeCookie(waiting, datagram);

    if (waiting.responseTrials >= maxTrials) return 'too many wrong answers to one message';
    const check = consumeResponse(waiting.message.initiator, waiting.message.sent, datagram);
    if (check.valid) {
      listener.onVerified(waiting.message, { host, port: source.port }, atMs);
      return null;
    }
    if (check.fault !== 'tag') return 'wrong mac';
    waiting.responseTrials++;
    listener.onUnproven();
    return 'wrong tag';
  }
}

function takeCookie(waiting: Waiting, datagram: Uint8Array): IgnoredReason | null {
  if (waiting.cookieUsed) return 'already answered';
  if (waiting.cookieTrials >= maxTrials) return 'too many wrong answers to one message';
  const cookie = openCookieReply(waiting.message.initiator, waiting.message.sent, datagram);
  if (!cookie) {
    waiting.cookieTrials++;
    return 'wrong tag';
  }
  waiting.cookieUsed = true;
  waiting.message.listener.onCookie(waiting.message, cookie);
  return null;
}
