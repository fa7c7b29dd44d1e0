import type { Path } from '../../shared/contract/path.ts';
import type { CandidateStatus, ControllerStatus } from '../../shared/contract/status.ts';
import { type Endpoint, endpointOf } from '../../shared/endpoints/endpoint.ts';
import {
  type Candidate,
  forgiveMoveFailures,
  type ProbeVerdict,
  recordMoveFailure,
  recordVerdict,
} from '../../shared/paths/candidate.ts';
import { choose } from '../../shared/paths/policy.ts';
import { nextProbeDelayMs, type Schedule } from '../../shared/paths/probe-schedule.ts';
import type { Choice, Situation } from '../../shared/paths/situation.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { NewDecision } from '../../shared/timeline/decision.ts';
import type { Losses, Route, WayOut } from '../tunnel/network.ts';
import type { LivePeer } from '../tunnel/system.ts';
import { ControllerCandidates } from './controller-candidates.ts';
import { HandshakeAge } from './handshake-age.ts';
import { LossNews } from './loss-news.ts';
import type { MoveOrder, MoveOutcome } from './mover.ts';
import type { DiscoveryTarget } from './probe/discovery-targets.ts';
import type { ProbeOutcome, ProbeTiming } from './probe/target-run.ts';
import type { ProbeTarget } from './probe/targets.ts';
import { type Haste, roundQuestions } from './round-questions.ts';
import { Rounds } from './rounds.ts';
import { sessionMs } from './session.ts';
import { SessionCheck } from './session-check.ts';
import { isToldOf } from './told-endpoint.ts';
import { trialOf } from './trial.ts';

/** What one controller's path needs of the world. */
export interface ControllerPathParts {
  readonly controller: PlannedController;
  readonly nowMs: () => number;
  /** Milliseconds since 1970; it can be set, so it only tells how old a new handshake is. */
  readonly wallMs: () => number;
  readonly timeOf: (atMs: number) => string;
  readonly decide: (decision: NewDecision) => void;
  readonly probe: (
    controller: PlannedController,
    targets: readonly ProbeTarget[],
    timing: ProbeTiming,
    signal: AbortSignal,
    onOutcome: (outcome: ProbeOutcome, index: number) => void,
  ) => Promise<void>;
  readonly move: (order: MoveOrder) => Promise<MoveOutcome>;
  /** Sets the endpoint without waiting for the tunnel to answer over it. */
  readonly set: (order: MoveOrder) => Promise<MoveOutcome>;
  /** Sets the endpoint in use once more. */
  readonly setAgain: (controller: PlannedController, endpoint: Endpoint) => Promise<void>;
  /** Takes the controller out and in again: the next packet asks for a session. */
  readonly renew: (controller: PlannedController, endpoint: Endpoint) => Promise<void>;
  /** The controller as the live interface has it; undefined when the interface is gone. */
  readonly readPeer: (controller: PlannedController) => Promise<LivePeer | undefined>;
  readonly remember: (endpoint: Endpoint, path: 'lan' | 'internet') => void;
  /** The broadcast and multicast targets of the links there are now; none when discovery is off. */
  readonly discovery: () => readonly DiscoveryTarget[];
  /** Asks for the routes of all candidates soon; they come with {@link ControllerPath.takeRoutes}. */
  readonly lookAtRoutes: () => void;
  /** Waits for a turn among the controllers: many must not probe at once. */
  readonly turn: <T>(urgent: boolean, work: () => Promise<T>) => Promise<T>;
  readonly onChange: () => void;
}

/** A round trip that was never measured is taken for this. */
const assumedRoundTripMs = 300;

/** Keeps the path of one controller: asks, lets the policy choose, and carries the choice out. */
export class ControllerPath {
  readonly candidates = new ControllerCandidates();
  readonly #parts: ControllerPathParts;
  #current: Endpoint | null = null;
  #suspectSinceMs: number | null = null;
  /** The network of the path in use is gone: nothing is to be protected, and its address proves nothing. */
  #left = false;
  #roundsSinceEvent = 0;
  #everAnswered = false;
  #handshakeAtMs: number | null = null;
  readonly #handshakeAge = new HandshakeAge();
  readonly #loss: LossNews;
  readonly #session: SessionCheck;
  #lastReason = '';
  readonly #rounds: Rounds;
  #moving = false;
  #settling: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: ControllerPathParts) {
    this.#parts = parts;
    this.#loss = new LossNews(parts.controller.name, parts.decide, parts.onChange);
    this.#rounds = new Rounds({
      nowMs: parts.nowMs,
      ask: (haste, signal) => parts.turn(haste !== 'watch', () => this.#ask(haste, signal)),
      onEnd: async () => {
        this.#roundsSinceEvent += 1;
        await this.#decide('round-end');
      },
      onTrouble: (error) => this.#trouble('testing its endpoints failed', error),
      pauseMs: () => nextProbeDelayMs(this.#situation(), this.#schedule()),
    });
    this.#session = new SessionCheck({
      nowMs: parts.nowMs,
      read: () => parts.readPeer(parts.controller),
      renew: (silentMs) => this.#renew(silentMs),
    });
  }

  get controller(): PlannedController {
    return this.#parts.controller;
  }

  get current(): Endpoint | null {
    return this.#current;
  }

  /** Nothing reaches the controller now, as far as is known. */
  get lost(): boolean {
    return this.#loss.lost;
  }

  /** Names the endpoint that the tunnel uses already. */
  begin(current: Endpoint | null): void {
    this.#current = current;
  }

  /** Ends all that is under way, and waits for a move to end: nothing may be set on a later tunnel. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#loss.stop();
    this.#session.stop();
    this.#rounds.stop();
    await this.#settling;
  }

  /**
   * A link or an own address is gone, and with it every way over it, also when the same comes back at once.
   * @returns whether the path in use went that way
   */
  takeLosses(losses: Losses): boolean {
    const current = this.#current;
    const lost = current !== null && this.candidates.wasLost(current, losses);
    this.candidates.lose(losses);
    // A private address may be somebody else's on the next network; a public one is the same host from anywhere.
    if (lost && this.candidates.get(current)?.path === 'lan') this.#left = true;
    return lost;
  }

  /** The path in use is gone, and this is how the internet can be reached: decides at once, as far as that tells. */
  takeWays(ways: ReadonlyMap<string, WayOut>, losses: Losses): void {
    this.candidates.takeWays(ways, losses);
    if (this.#left) void this.#decide();
  }

  /** Something changed: a candidate's way may be another. Decides at once, without any probe. */
  takeRoutes(routes: ReadonlyMap<string, Route>): void {
    const current = this.#current;
    const changed = this.candidates.applyRoutes(routes, this.#roundsSinceEvent === 0, current);
    const candidate = this.candidates.get(current);
    if (candidate?.path === 'lan' && !candidate.usable) this.#left = true;
    if (candidate?.usable !== true || this.#left) void this.#decide();
    else if (changed && current !== null && !this.#moving) void this.#setAgain(current);
  }

  /**
   * The same endpoint, reached another way. WireGuard in user space keeps sending from the address and link it
   * used before, and stays stuck when that is gone ("network is unreachable", for good); setting the endpoint
   * anew makes it look again.
   */
  async #setAgain(endpoint: Endpoint): Promise<void> {
    try {
      await this.#parts.setAgain(this.controller, endpoint);
    } catch (error) {
      this.#trouble('the endpoint could not be set anew', error, endpoint);
    }
  }

  /** An event: everything is asked again, now. */
  async onEvent(): Promise<void> {
    this.#roundsSinceEvent = 0;
    await this.#rounds.run('event');
  }

  /** Packets go out over this path and none come back. */
  suspect(sinceMs: number): void {
    if (this.#suspectSinceMs !== null || this.#stopped) return;
    this.#suspectSinceMs = sinceMs;
    this.#roundsSinceEvent = 0;
    void this.#rounds.run('urgent');
  }

  /**
   * Something came back over the tunnel, some time after the one given: what came before a suspicion says nothing
   * about it.
   */
  trust(afterMs: number): void {
    if (this.#suspectSinceMs === null || afterMs < this.#suspectSinceMs) return;
    this.#suspectSinceMs = null;
    this.#loss.set(false, 'it answers again');
  }

  /** What the live interface says of this controller, now and then. */
  takePeer(peer: LivePeer): void {
    const nowMs = this.#parts.nowMs();
    const ageMs = this.#ageOf(peer);
    if (ageMs !== null) {
      this.#handshakeAtMs = nowMs - ageMs;
      if (ageMs > sessionMs + 10_000 && this.#current !== null) this.suspect(nowMs - ageMs);
    }
    if (peer.endpoint !== undefined && !isToldOf(peer.endpoint, this.#current) && !this.#moving) {
      const path = this.candidates.get(peer.endpoint)?.path ?? 'internet';
      this.candidates.add({ endpoint: peer.endpoint, path, source: 'live' });
      this.#current = peer.endpoint;
    }
  }

  #ageOf(peer: LivePeer | undefined): number | null {
    const { nowMs, wallMs } = this.#parts;
    return this.#handshakeAge.ageMs(peer?.latestHandshakeSeconds, nowMs(), wallMs());
  }

  /** Probes on request; the outcome is decided on as any other. */
  async probeNow(): Promise<CandidateStatus[]> {
    this.#roundsSinceEvent = 0;
    await this.#rounds.runToTheEnd('event');
    return this.candidates.statuses(this.#parts.timeOf);
  }

  status(peer: LivePeer | undefined): ControllerStatus {
    const { controller, timeOf } = this.#parts;
    const endpoint =
      peer?.endpoint === undefined || isToldOf(peer.endpoint, this.#current) ? this.#current : peer.endpoint;
    const candidate = this.candidates.get(endpoint);
    const ageMs = this.#ageOf(peer);
    const handshakeSeconds = peer?.latestHandshakeSeconds;
    return {
      name: controller.name,
      publicKey: controller.publicKey,
      address: controller.address ?? null,
      path: this.#pathNow(candidate, ageMs),
      endpoint,
      roundTripMs: candidate?.verified?.roundTripMs ?? null,
      latestHandshakeAt:
        handshakeSeconds === undefined ? null : new Date(handshakeSeconds * 1000).toISOString(),
      receivedBytes: peer?.receivedBytes ?? 0,
      sentBytes: peer?.sentBytes ?? 0,
      probing: this.#probing(ageMs !== null),
      candidates: this.candidates.statuses(timeOf),
    };
  }

  /** Health comes from the handshake's age and the probes, never from the switch. */
  #pathNow(candidate: Candidate | undefined, handshakeAgeMs: number | null): Path {
    if (this.#loss.lost || candidate === undefined) return 'none';
    const alive = handshakeAgeMs !== null && handshakeAgeMs < sessionMs;
    return alive || candidate.last.verdict === 'verified' ? candidate.path : 'none';
  }

  #probing(shookHands: boolean): ControllerStatus['probing'] {
    if (this.#everAnswered) return 'answers';
    const asked = this.candidates.all.some(
      (c) => c.last.verdict === 'silent' || c.last.verdict === 'refused',
    );
    return asked && shookHands ? 'not-supported' : 'unknown';
  }

  #situation(): Situation {
    return {
      nowMs: this.#parts.nowMs(),
      current: this.#left ? null : this.#current,
      suspectSinceMs: this.#suspectSinceMs,
      candidates: this.candidates.all,
    };
  }

  #schedule(): Schedule {
    return {
      roundsSinceEvent: this.#roundsSinceEvent,
      discoveryNetwork: this.#parts.discovery().length > 0,
    };
  }

  async #ask(haste: Haste, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { controller, discovery, probe } = this.#parts;
    const { targets, timing } = roundQuestions(
      haste,
      controller,
      this.#situation(),
      this.#schedule(),
      discovery(),
    );
    if (targets.length === 0) return;
    await probe(controller, targets, timing, signal, (outcome, index) => {
      const target = targets[index];
      if (target !== undefined && !signal.aborted) this.#hear(target, outcome);
    });
  }

  /** One outcome. A LAN that answers, or a path in use that does not, is acted on without waiting for the rest. */
  #hear(target: ProbeTarget, outcome: ProbeOutcome): void {
    const atMs = this.#parts.nowMs();
    if (outcome.verdict === 'verified') this.#everAnswered = true;
    if (target.kind !== 'unicast') {
      if (outcome.verdict === 'verified') this.#discovered(target, outcome, atMs);
    } else {
      const verdict: ProbeVerdict =
        outcome.verdict === 'verified'
          ? { verdict: 'verified', atMs, roundTripMs: outcome.roundTripMs }
          : { verdict: outcome.verdict, atMs, reason: outcome.reason };
      const endpoint = endpointOf(target);
      this.candidates.update(endpoint, (candidate) => recordVerdict(candidate, verdict));
      // The controller is there; what went out wanted no answer, or its answer is on the way.
      if (verdict.verdict === 'verified' && endpoint === this.#current) this.#clearOfSuspicion();
    }
    void this.#decide();
  }

  /** The path works. Should the tunnel stay silent all the same, the controller has forgotten the session. */
  #clearOfSuspicion(): void {
    if (this.#suspectSinceMs === null) return;
    this.#suspectSinceMs = null;
    const inUse = () => this.candidates.get(this.#current);
    const roundTripMs = inUse()?.verified?.smoothedMs ?? assumedRoundTripMs;
    const canRenew = () => !this.#moving && !this.#stopped && inUse()?.last.verdict === 'verified';
    this.#session
      .check(roundTripMs, canRenew)
      .catch((error: unknown) => this.#trouble('its session could not be renewed', error, this.#current));
  }

  async #renew(silentMs: number): Promise<void> {
    const endpoint = this.#current;
    if (endpoint === null) return;
    this.#moving = true;
    try {
      const renewed = this.#parts.renew(this.controller, endpoint);
      this.#settling = renewed.catch(() => undefined);
      await renewed;
    } finally {
      this.#moving = false;
    }
    // No move could have held without a session.
    this.candidates.updateAll(forgiveMoveFailures);
    const path = this.candidates.get(endpoint)?.path ?? null;
    const seconds = (silentMs / 1_000).toFixed(1);
    const reason = `it answers probes, and for ${seconds} s nothing came through the tunnel: it may have been started anew`;
    this.#parts.decide({ kind: 'renewed', controller: this.controller.name, to: endpoint, path, reason });
    void this.#afterMove();
  }

  #discovered(
    target: ProbeTarget,
    outcome: Extract<ProbeOutcome, { verdict: 'verified' }>,
    atMs: number,
  ): void {
    const endpoint = endpointOf(outcome.from);
    if (this.candidates.get(endpoint) === undefined) {
      this.candidates.addOnLink(endpoint, target.interfaceName ?? '');
      this.#parts.lookAtRoutes();
      // Found again after a restart of the helper, which was told only a part of it.
      if (isToldOf(this.#current, endpoint)) this.#current = endpoint;
      const reason = `answered a broadcast in ${outcome.roundTripMs.toFixed(1)} ms`;
      this.#parts.decide({
        kind: 'found',
        controller: this.controller.name,
        to: endpoint,
        path: 'lan',
        reason,
      });
    }
    // It answered over the link itself a moment ago: no route needs to be asked for.
    this.candidates.update(endpoint, (candidate) => ({
      ...recordVerdict(candidate, { verdict: 'verified', atMs, roundTripMs: outcome.roundTripMs }),
      usable: true,
    }));
  }

  /** @param when `round-end`: everything that was asked has answered or been silent */
  async #decide(when: 'news' | 'round-end' = 'news'): Promise<void> {
    if (this.#moving || this.#stopped) return;
    const choice = choose(this.#situation());
    if (choice.action === 'move') return this.#begin(choice, 'chosen');
    const trial = trialOf(this.#situation(), {
      everAnswered: this.#everAnswered,
      roundsSinceEvent: this.#roundsSinceEvent,
      handshakeAtMs: this.#handshakeAtMs,
      isOnLink: (endpoint) => this.candidates.isOnLink(endpoint),
    });
    if (trial !== null) return this.#begin(trial, 'trial');
    this.#loss.set(choice.action === 'none', choice.reason);
    const current = this.candidates.get(this.#current);
    if (current?.last.verdict === 'verified') this.#parts.remember(current.endpoint, current.path);
    if (when === 'news' || this.#roundsSinceEvent !== 1 || choice.reason === this.#lastReason) return;
    this.#lastReason = choice.reason;
    if (!this.#loss.lost)
      this.#parts.decide({ kind: 'kept', controller: this.controller.name, reason: choice.reason });
  }

  #begin(choice: Extract<Choice, { action: 'move' }>, how: 'chosen' | 'trial'): Promise<void> {
    this.#settling = this.#carryOut(choice, how);
    return this.#settling;
  }

  async #carryOut(choice: Extract<Choice, { action: 'move' }>, how: 'chosen' | 'trial'): Promise<void> {
    this.#moving = true;
    const from = this.#current;
    const left = this.candidates.get(from);
    // With nothing to protect the endpoint is set at once and verified after, by the round that follows.
    const unproven = how === 'chosen' && choice.proof !== 'verified';
    const fromWorks = left?.usable === true && !this.#left && from !== choice.to;
    const order = {
      controller: this.controller,
      from,
      to: choice.to,
      fromWorks,
      roundTripMs: this.#slower(from, choice.to),
      device: this.candidates.deviceOf(choice.to),
    };
    this.#current = choice.to;
    this.#left = false;
    // Before the move: an answer that comes during it may end the suspicion, and the doubt has to stay.
    if (this.#suspectSinceMs !== null) this.candidates.doubtLan(this.#suspectSinceMs);
    try {
      const outcome = unproven ? await this.#parts.set(order) : await this.#parts.move(order);
      if (!this.#stopped) this.#settle(choice, from, outcome);
    } catch (error) {
      this.#current = from;
      this.#trouble('the endpoint could not be set', error, choice.to);
      this.candidates.update(choice.to, (candidate) => recordMoveFailure(candidate, this.#parts.nowMs()));
    } finally {
      this.#moving = false;
    }
    if (this.#stopped) return;
    this.#parts.onChange();
    if (unproven && !this.#rounds.isRunning) void this.#rounds.run('urgent');
    else void this.#afterMove();
  }

  /** A round that ended during the move has scheduled the next one for an endpoint that may not be in use now. */
  async #afterMove(): Promise<void> {
    await this.#decide();
    if (!this.#rounds.isRunning && !this.#moving) this.#rounds.scheduleNext(this.#parts.nowMs());
  }

  #trouble(what: string, error: unknown, to: Endpoint | null = null): void {
    const reason = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.#parts.decide({ kind: 'trouble', controller: this.controller.name, to, reason });
  }

  #slower(from: Endpoint | null, to: Endpoint): number {
    const roundTrip = (endpoint: Endpoint | null) =>
      this.candidates.get(endpoint)?.verified?.smoothedMs ?? assumedRoundTripMs;
    return Math.max(roundTrip(from), roundTrip(to));
  }

  #settle(choice: Extract<Choice, { action: 'move' }>, from: Endpoint | null, outcome: MoveOutcome): void {
    const facts = { controller: this.controller.name, from, to: choice.to, path: choice.path };
    if (outcome.moved) {
      this.#suspectSinceMs = null;
      this.#lastReason = '';
      this.candidates.update(choice.to, forgiveMoveFailures);
      this.#loss.set(false, choice.reason);
      this.#parts.remember(choice.to, choice.path);
      this.#parts.decide({ kind: 'moved', ...facts, reason: choice.reason, tookMs: outcome.tookMs });
      return;
    }
    if (outcome.reverted) this.#current = from;
    this.candidates.update(choice.to, (candidate) => recordMoveFailure(candidate, this.#parts.nowMs()));
    const went = outcome.reverted ? 'went back' : 'there was nothing to go back to';
    this.#parts.decide({ kind: 'move-failed', ...facts, reason: `${outcome.reason}; ${went}` });
  }
}
