import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import { initiationBytes, keepaliveBytes, responseBytes } from '../../../shared/paths/message-sizes.ts';
import type { Network, Relay, Seen, Site, Way } from './network.ts';
import { PeerHandshakes } from './peer-handshakes.ts';
import type { Timer, VirtualTime } from './virtual-time.ts';

/**
 * Both ends of the WireGuard tunnel to one controller, as far as paths depend on them: an endpoint follows
 * authenticated packets, sessions expire and are forgotten, handshakes are repeated. The numbers are from the paper,
 * section 6.1. Packets of a conversation are not simulated individually: while nothing changes, their counters follow
 * from the time.
 */

const port = 51_820;
const rejectAfterMs = 180_000;
const rekeyAfterMs = 120_000;
const rekeyTimeoutMs = 5_000;
const rekeyJitterMs = 333;
/** KEEPALIVE_TIMEOUT + REKEY_TIMEOUT: data was sent and nothing received. */
const newHandshakeAfterMs = 15_000;
/** KEEPALIVE_TIMEOUT: data was received and nothing sent. */
const passiveKeepaliveMs = 10_000;
/** REKEY_ATTEMPT_TIME: then it waits for something to send. */
const rekeyAttemptMs = 90_000;
const dataBytes = 128;
/** The interval between the pings of a move. */
const pokeMs = 200;

/** The traffic of the laptop's programs: none, a conversation, or packets that are never answered. */
export type Talk = 'none' | 'answered' | 'unanswered';

/** The clocks of the laptop; `bootMs` keeps running while it sleeps. */
export interface Clocks {
  readonly time: VirtualTime;
  bootMs(): number;
}

export interface TunnelCounters {
  readonly endpoint: Endpoint | null;
  /** On the laptop's monotonic clock; null if there was none since the controller was added. */
  readonly handshakeAtMs: number | null;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

interface Session {
  readonly id: number;
  readonly sinceBootMs: number;
}

export interface TunnelParts {
  readonly clocks: Clocks;
  readonly network: Network;
  readonly site: Site;
  readonly random: () => number;
  /** The interval between packets of a conversation. */
  readonly packetMs: number;
  /** Whether the controller's own programs send unprompted. */
  readonly peerTalks: boolean;
  /** The interface's packet counters include keepalives and handshakes, as the kernel's do; wireguard-go's do not. */
  readonly countsAll: boolean;
}

export class Tunnel {
  readonly site: Site;
  readonly #parts: TunnelParts;
  readonly #peer: PeerHandshakes;
  #endpoint: Endpoint | null = null;
  #talk: Talk = 'none';
  #session: Session | null = null;
  #handshakeAtMs: number | null = null;
  #sessions = 0;
  /** The controller's view: its session with the laptop, and the address it answers to. */
  #peerSession: number | null = null;
  #peerSees: Seen | null = null;
  /** The relay that it answers to; undefined without one. */
  #peerRelay: Relay | undefined;
  #received = 0;
  /** Received before the controller was last removed and added. */
  #earlierBytes = 0;
  #sent = 0;
  #packetsReceived = 0;
  #packetsSent = 0;
  #accountedMs = 0;
  #isSending = false;
  #isHearing = false;
  /** Packets of the controller's own programs arrive. */
  #isPeerArriving = false;
  #hearsFromMs = 0;
  #silentSinceMs: number | null = null;
  /** Since when data has reached the controller that its programs do not answer. */
  #unansweredSinceMs: number | null = null;
  #lastInitiationMs = Number.NEGATIVE_INFINITY;
  #attemptsSinceMs: number | null = null;
  #guardUntilMs = 0;
  #followedAtMs = Number.NEGATIVE_INFINITY;
  /** Until when the answer to a ping is awaited. */
  #pokedUntilMs = 0;
  #retry: Timer | undefined;
  #keepalive: Timer | undefined;

  constructor(parts: TunnelParts) {
    this.#parts = parts;
    this.site = parts.site;
    const { clocks, random } = parts;
    this.#peer = new PeerHandshakes({
      time: clocks.time,
      random,
      onInitiation: () => this.#initiatedByPeer(),
    });
  }

  get endpoint(): Endpoint | null {
    return this.#endpoint;
  }

  /** When WireGuard last followed the controller by itself. */
  get followedAtMs(): number {
    return this.#followedAtMs;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  /** Answers are received, or will be within a round trip. */
  get isHearing(): boolean {
    return this.#isHearing;
  }

  get hearsFromMs(): number {
    return this.#hearsFromMs;
  }

  get hasSession(): boolean {
    const session = this.#session;
    return session !== null && this.#parts.clocks.bootMs() - session.sinceBootMs < rejectAfterMs;
  }

  /** The interface is created: the first handshake is sent at once. */
  start(endpoint: Endpoint | null, keepaliveMs: number): void {
    this.set(endpoint, 'renegotiate');
    const { time } = this.#parts.clocks;
    const beat = (): void => {
      this.#keepalive = time.after(keepaliveMs, beat);
      this.#sendKeepalive();
    };
    // The keepalives of different controllers are not synchronised.
    this.#keepalive = time.after(keepaliveMs * this.#parts.random(), beat);
  }

  stop(): void {
    const { time } = this.#parts.clocks;
    time.cancel(this.#retry);
    time.cancel(this.#keepalive);
    this.#peer.stop();
    this.#talk = 'none';
  }

  talk(talk: Talk): void {
    this.#talk = talk;
    this.update();
  }

  /**
   * Sets the endpoint; a keepalive or, without a session, a handshake is sent at once.
   * @param how `renegotiate` removes the controller and adds it again: no session, no rate limit, counters at zero
   * @param guardMs how long packets on another path do not change it back
   */
  set(endpoint: Endpoint | null, how: 'same' | 'renegotiate', guardMs = 0): void {
    this.#account();
    this.#endpoint = endpoint;
    const { nowMs } = this.#parts.clocks.time;
    this.#guardUntilMs = nowMs + guardMs;
    if (guardMs > 0) this.#parts.clocks.time.after(guardMs, () => this.update());
    if (how === 'renegotiate') {
      this.#session = null;
      this.#handshakeAtMs = null;
      this.#earlierBytes += this.#received;
      this.#received = 0;
      this.#sent = 0;
      this.#lastInitiationMs = Number.NEGATIVE_INFINITY;
      this.#attemptsSinceMs = null;
      this.#parts.clocks.time.cancel(this.#retry);
    }
    this.#sendKeepalive();
  }

  /** Sends a packet that is answered at once, such as a ping. */
  poke(): void {
    this.#account();
    const { time } = this.#parts.clocks;
    this.#pokedUntilMs = time.nowMs + pokeMs;
    time.after(pokeMs, () => this.update());
    this.#sent += dataBytes;
    // Without a session the kernel counts a packet when it is finally sent, wireguard-go when it is queued.
    if (this.hasSession || !this.#parts.countsAll) this.#packetsSent += 1;
    if (!this.hasSession) this.#initiate();
    const way = this.#deliver();
    if (way === undefined || !this.#isAgreed()) {
      this.update();
      return;
    }
    this.#isSeenBy(way);
    const delayMs = this.roundTripMs(way);
    const from = this.#endpoint;
    this.#parts.clocks.time.after(delayMs, () => {
      this.#account();
      if (this.#isAgreed() && this.#answers() && this.#letsIn(from)) {
        this.#received += dataBytes;
        this.#packetsReceived += 1;
      }
      this.update();
    });
    this.update();
  }

  read(): TunnelCounters {
    this.#account();
    return {
      endpoint: this.#endpoint,
      handshakeAtMs: this.#handshakeAtMs,
      receivedBytes: this.#received,
      sentBytes: this.#sent,
    };
  }

  /** Packets of the interface that belong to this controller; not reset with the controller. */
  get packetsReceived(): number {
    this.#account();
    return this.#packetsReceived;
  }

  /** Bytes of {@link packetsReceived}, with WireGuard's own messages; not reset with the controller. */
  get messageBytesReceived(): number {
    this.#account();
    return this.#earlierBytes + this.#received;
  }

  get packetsSent(): number {
    this.#account();
    return this.#packetsSent;
  }

  /** The controller's WireGuard was restarted: it has no session and no endpoints. */
  forget(): void {
    this.#peerSession = null;
    this.#peerSees = null;
    this.#peer.stop();
    this.update();
  }

  roundTripMs({ roundTripMs, quality }: Way): number {
    const { random } = this.#parts;
    const { jitterMs, bloatMs } = quality;
    if (jitterMs === 0 && bloatMs === 0) return roundTripMs;
    return roundTripMs + jitterMs * random() + (random() < 0.25 ? bloatMs * random() : 0);
  }

  /** Recomputes everything: called whenever anything in the world, or here, may have changed. */
  update(): void {
    this.#account();
    const { nowMs } = this.#parts.clocks.time;
    const way = this.#endpoint === null ? undefined : this.#deliver();
    const isAgreed = this.#isAgreed();
    const wasHearing = this.#isHearing;
    const isPoked = nowMs < this.#pokedUntilMs;
    this.#isSending = (this.#talk !== 'none' || isPoked) && this.#endpoint !== null;
    if (this.#isSending && way !== undefined && isAgreed) this.#isSeenBy(way);
    const answers = isAgreed && this.#answers();
    const reaches = way !== undefined && answers;
    this.#isHearing = this.#isSending && reaches && (this.#talk === 'answered' || isPoked);
    if (this.#isHearing && !wasHearing && way !== undefined)
      this.#hearsFromMs = nowMs + this.roundTripMs(way);
    this.#isPeerArriving = this.#parts.peerTalks && answers && this.#endpoint !== null && this.#letsPeerIn();
    if (this.#isPeerArriving) this.#followPeer();
    this.#updatePeer(way !== undefined, wasHearing);
    // A receiver with nothing to send sends a keepalive after 10 s, so this is no silence to WireGuard.
    if (!reaches || !this.#isSending || this.#isHearing) this.#unansweredSinceMs = null;
    else this.#unansweredSinceMs ??= nowMs;
    // Once it has sent in vain, WireGuard waits for anything authenticated, even if nothing more is sent.
    if ((this.#isSending && reaches) || this.#isPeerArriving) this.#silentSinceMs = null;
    else if (this.#isSending) {
      this.#silentSinceMs ??= nowMs;
      if (this.#retry === undefined || this.#retry.isCancelled || this.#retry.atMs <= nowMs)
        this.#retryAt(this.hasSession ? this.#silentSinceMs + newHandshakeAfterMs : nowMs);
    }
  }

  /** The guard of a move drops what the controller still sends over another path. */
  #letsPeerIn(): boolean {
    return this.#isPathOfPeer() || this.#parts.clocks.time.nowMs >= this.#guardUntilMs;
  }

  #isPathOfPeer(): boolean {
    if (this.#endpoint === null) return false;
    const way = this.#parts.network.wayTo(hostIn(this.#endpoint));
    return way?.site === this.site && way.seen === this.#peerSees && way.relay === this.#peerRelay;
  }

  /** An authenticated packet from elsewhere moves the laptop's own endpoint. */
  #followPeer(): void {
    if (this.#isPathOfPeer() || this.#peerRelay !== undefined) return;
    const { lanHost, publicHost } = this.site;
    const host = this.#peerSees === 'home' ? lanHost : publicHost;
    if (host === null) return;
    this.#endpoint = `${host}:${port}` as Endpoint;
    this.#followedAtMs = this.#parts.clocks.time.nowMs;
  }

  /** What the controller sends goes unanswered from the moment at which nothing reaches it. */
  #updatePeer(isReached: boolean, wasHearing: boolean): void {
    if (this.#peerSession === null || this.#peerSees === null || !this.site.isUp) this.#peer.stop();
    else if (isReached) this.#peer.heard();
    else if (this.#parts.peerTalks || wasHearing) this.#peer.unheard(this.#parts.peerTalks);
  }

  /** An initiation of the controller, which arrives if the network delivers it; our response completes the handshake. */
  #initiatedByPeer(): void {
    if (!this.#answers() || this.#endpoint === null || !this.#letsPeerIn()) return;
    const { clocks, countsAll } = this.#parts;
    this.#account();
    this.#received += initiationBytes;
    this.#sent += responseBytes;
    if (countsAll) {
      this.#packetsReceived += 1;
      this.#packetsSent += 1;
    }
    this.#followPeer();
    // Anything authenticated puts off our own handshake.
    this.#silentSinceMs = null;
    const way = this.#deliver();
    if (way !== undefined) {
      this.#isSeenBy(way);
      clocks.time.after(this.roundTripMs(way), () => this.#agree(keepaliveBytes));
    }
    this.update();
  }

  #sendKeepalive(): void {
    this.#account();
    const session = this.#session;
    if (session === null || !this.hasSession) this.#initiate();
    else {
      this.#sent += keepaliveBytes;
      if (this.#parts.countsAll) this.#packetsSent += 1;
      const way = this.#deliver();
      if (way !== undefined && this.#isAgreed()) this.#isSeenBy(way);
      if (this.#parts.clocks.bootMs() - session.sinceBootMs > rekeyAfterMs) this.#initiate();
    }
    this.update();
  }

  #initiate(): void {
    const { clocks, random } = this.#parts;
    const { nowMs } = clocks.time;
    if (this.#endpoint === null) return;
    const againMs = this.#lastInitiationMs + rekeyTimeoutMs;
    if (nowMs < againMs) {
      this.#retryAt(againMs);
      return;
    }
    this.#lastInitiationMs = nowMs;
    this.#sent += initiationBytes;
    if (this.#parts.countsAll) this.#packetsSent += 1;
    this.#attemptsSinceMs ??= nowMs;
    const way = this.#deliver('handshake');
    if (way === undefined || random() < way.quality.lossShare) {
      const isOver = nowMs - this.#attemptsSinceMs > rekeyAttemptMs && this.#talk === 'none';
      if (isOver) this.#attemptsSinceMs = null;
      else this.#retryAt(nowMs + rekeyTimeoutMs + rekeyJitterMs * random());
      return;
    }
    this.#isSeenBy(way);
    this.#retryAt(nowMs + rekeyTimeoutMs + rekeyJitterMs * random());
    const from = this.#endpoint;
    clocks.time.after(this.roundTripMs(way), () => this.#completeHandshake(way, from));
  }

  #completeHandshake(way: Way, from: Endpoint): void {
    const { network, random } = this.#parts;
    if (!this.site.isUp || !this.#letsIn(from) || !network.passes(way.seen, this.site, 'inward')) return;
    if (random() < way.quality.lossShare) return;
    this.#agree(responseBytes);
  }

  /** Both ends have a new session, and its first message was received. */
  #agree(receivedBytes: number): void {
    const { clocks } = this.#parts;
    if (!this.site.isUp) return;
    this.#account();
    this.#sessions += 1;
    this.#session = { id: this.#sessions, sinceBootMs: clocks.bootMs() };
    this.#peerSession = this.#sessions;
    this.#handshakeAtMs = clocks.time.nowMs;
    this.#received += receivedBytes;
    if (this.#parts.countsAll) this.#packetsReceived += 1;
    this.#attemptsSinceMs = null;
    this.#silentSinceMs = null;
    clocks.time.cancel(this.#retry);
    this.update();
  }

  /** An answer from the previous endpoint changes it back, unless the guard of the move drops it. */
  #letsIn(from: Endpoint | null): boolean {
    if (from === this.#endpoint) return true;
    if (this.#parts.clocks.time.nowMs < this.#guardUntilMs) return false;
    this.#endpoint = from;
    return true;
  }

  #retryAt(atMs: number): void {
    const { time } = this.#parts.clocks;
    time.cancel(this.#retry);
    this.#retry = time.after(atMs - time.nowMs, () => this.#initiate());
  }

  #isAgreed(): boolean {
    return this.hasSession && this.#peerSession === this.#session?.id && this.site.isUp;
  }

  #isSeenBy({ seen, relay }: Way): void {
    this.#peerSees = seen;
    this.#peerRelay = relay;
  }

  /** Whether packets from the controller arrive. */
  #answers(): boolean {
    const seen = this.#peerSees;
    return (
      seen !== null &&
      this.#peerRelay?.carries !== 'handshakes' &&
      this.#parts.network.passes(seen, this.site, 'inward')
    );
  }

  /** Where a packet to the endpoint arrives now; undefined if it does not reach the controller. */
  #deliver(what: 'data' | 'handshake' = 'data'): Way | undefined {
    return this.#endpoint === null ? undefined : this.#deliverable(this.#endpoint, what);
  }

  #deliverable(endpoint: Endpoint, what: 'data' | 'handshake' = 'data'): Way | undefined {
    const way = this.#parts.network.wayTo(hostIn(endpoint));
    if (way === undefined || way.site !== this.site || !this.site.isUp) return undefined;
    if (way.relay?.carries === 'handshakes' && what === 'data') return undefined;
    return this.#parts.network.passes(way.seen, this.site, 'outward') ? way : undefined;
  }

  #packetsBetween(fromMs: number, toMs: number): number {
    const { packetMs } = this.#parts;
    return Math.max(0, Math.floor(toMs / packetMs) - Math.floor(fromMs / packetMs));
  }

  /** The controller's WireGuard answers data by itself. wireguard-go counts the bytes, and no packet. */
  #countKeepalives(fromMs: number, toMs: number): void {
    const sinceMs = this.#unansweredSinceMs;
    if (sinceMs === null) return;
    const sentBy = (atMs: number) => Math.max(0, Math.floor((atMs - sinceMs) / passiveKeepaliveMs));
    const received = sentBy(toMs) - sentBy(fromMs);
    this.#received += received * keepaliveBytes;
    if (this.#parts.countsAll) this.#packetsReceived += received;
  }

  /** Requests of the controller's programs, which the laptop answers. */
  #countPeer(fromMs: number, toMs: number): void {
    const packets = this.#packetsBetween(fromMs, toMs);
    this.#received += packets * dataBytes;
    this.#packetsReceived += packets;
    this.#sent += packets * dataBytes;
    this.#packetsSent += packets;
  }

  /** Adds what was sent and received since the last call. */
  #account(): void {
    const { nowMs } = this.#parts.clocks.time;
    const sinceMs = this.#accountedMs;
    this.#accountedMs = nowMs;
    if (nowMs <= sinceMs) return;
    if (this.#isPeerArriving) this.#countPeer(sinceMs, nowMs);
    if (this.#talk === 'none' || !this.#isSending) return;
    this.#countKeepalives(sinceMs, nowMs);
    const sent = this.#packetsBetween(sinceMs, nowMs);
    if (sent === 0) return;
    if (this.hasSession) this.#sent += sent * dataBytes;
    if (this.hasSession || !this.#parts.countsAll) this.#packetsSent += sent;
    if (!this.#isHearing || this.#talk !== 'answered') return;
    const received = this.#packetsBetween(Math.max(sinceMs, this.#hearsFromMs), nowMs);
    this.#received += received * dataBytes;
    this.#packetsReceived += received;
  }
}

const hosts = new Map<Endpoint, string>();

/** A life has few endpoints, and looks them up often. */
export function hostIn(endpoint: Endpoint): string {
  const known = hosts.get(endpoint);
  if (known !== undefined) return known;
  const { host } = partsOf(endpoint);
  hosts.set(endpoint, host);
  return host;
}
