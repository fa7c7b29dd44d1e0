import type { FlightRecord } from '../../shared/paths/flight/flight-record.ts';
import type { PathEffect } from '../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../shared/paths/machine/events.ts';
import { isUnreachable } from '../../shared/paths/machine/reachability.ts';
import { initialState, type PathStart, type PathState } from '../../shared/paths/machine/state.ts';
import { isRequestOpen, step } from '../../shared/paths/machine/step.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { NewDecision } from '../../shared/timeline/decision.ts';
import type { LivePeer } from '../tunnel/system.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { HandshakeAge } from './handshake-age.ts';
import type { Mover } from './mover.ts';
import type { Prober } from './probe/prober.ts';
import { type InterfaceSends, SessionWatch } from './session-watch.ts';
import type { Time } from './time.ts';

type Effect<K extends PathEffect['do']> = Extract<PathEffect, { do: K }>;

/** What the machine of one controller needs from its environment. */
export interface ControllerParts {
  readonly controller: PlannedController;
  readonly start: PathStart;
  /** How many events the flight recorder keeps. */
  readonly recordedEvents: number;
  readonly time: Time;
  readonly prober: Pick<Prober, 'probe'>;
  readonly mover: Pick<Mover, 'move' | 'set' | 'reapply' | 'renegotiate' | 'peer' | 'ping'>;
  readonly sends: InterfaceSends;
  readonly record: (decision: NewDecision) => void;
  readonly remember: (effect: Effect<'remember'>) => void;
  /** Other LANs are quarantined for this controller. */
  readonly rememberQuarantines: (quarantines: PathState['quarantines']) => void;
  /** The results come as events, for all controllers that requested them. */
  readonly lookUp: (effect: Effect<'look-up'>) => void;
  /** A round searches for the controller where its address was not known. */
  readonly onDiscovering: () => void;
  readonly requestSlot: (isUrgent: boolean) => void;
  readonly releaseSlot: () => void;
  /** Called after each event, with all its consequences carried out. */
  readonly onStep: (isShownOtherwise: boolean) => void;
}

/** Feeds events to the machine of one controller, and carries out its effects. It decides nothing. */
export class ControllerDriver {
  readonly controller: PlannedController;
  readonly #parts: ControllerParts;
  readonly #session: SessionWatch;
  readonly #recorder: FlightRecorder;
  readonly #queue: PathEvent[] = [];
  readonly #handshakeAge = new HandshakeAge();
  readonly #requests = new Set<() => void>();
  #state: PathState;
  #isStepping = false;
  #probing: AbortController | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.controller = parts.controller;
    this.#state = initialState(parts.start);
    this.#recorder = new FlightRecorder(parts.controller.name, this.#state, parts.recordedEvents);
    this.#session = new SessionWatch(() => parts.mover.peer(parts.controller), parts.time, parts.sends);
  }

  get state(): PathState {
    return this.#state;
  }

  get flightRecord(): FlightRecord {
    return this.#recorder.record;
  }

  /** @param peer the controller as just read from the interface @returns milliseconds, or null without a handshake */
  handshakeAgeMs(peer: LivePeer | undefined): number | null {
    const { time } = this.#parts;
    return this.#handshakeAge.ageMs(peer?.latestHandshakeSeconds, time.nowMs(), time.wallMs());
  }

  /** Requests a test now. Resolves when a round that began after this has ended, or the tunnel goes down. */
  request(): Promise<void> {
    return new Promise((resolve) => {
      this.send({ type: 'requested' });
      if (isRequestOpen(this.#state)) this.#requests.add(resolve);
      else resolve();
    });
  }

  /** Handles one event after the other, even if one triggers the next immediately. */
  send(event: PathEvent): void {
    this.#queue.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#isStepping = false;
    }
  }

  /** Ends everything in progress, and waits for a move to end: nothing may be set on a later tunnel. */
  async stop(): Promise<void> {
    this.send({ type: 'stopped' });
    this.#probing?.abort(new Error('the tunnel is being disconnected'));
    this.#session.stop();
    await this.#underWay;
  }

  #step(event: PathEvent): void {
    const before = this.#state;
    const nowMs = this.#parts.time.nowMs();
    const [state, effects] = step(before, event, nowMs);
    this.#recorder.add(event, effects, nowMs);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (state.quarantines !== before.quarantines) this.#parts.rememberQuarantines(state.quarantines);
    if (!isRequestOpen(state)) this.#answerRequests();
    this.#parts.onStep(before.phase !== state.phase || isUnreachable(before) !== isUnreachable(state));
  }

  #answerRequests(): void {
    for (const answer of this.#requests) answer();
    this.#requests.clear();
  }

  #carryOut(effect: PathEffect): void {
    const parts = this.#parts;
    switch (effect.do) {
      case 'look-up':
        parts.lookUp(effect);
        break;
      case 'request-slot':
        parts.requestSlot(effect.isUrgent);
        break;
      case 'release-slot':
        parts.releaseSlot();
        break;
      case 'probe':
        void this.#probe(effect);
        if (effect.targets.some(({ kind }) => kind !== 'unicast')) parts.onDiscovering();
        break;
      case 'cancel-probe':
        this.#probing?.abort(new Error('a new round begins'));
        break;
      case 'check-session':
        void this.#checkSession(effect);
        break;
      case 'test-tunnel':
        void this.#testTunnel(effect);
        break;
      case 'remember':
        parts.remember(effect);
        break;
      case 'record':
        parts.record({ controller: this.controller.name, ...effect.decision });
        break;
      default:
        this.#underWay = this.#changeEndpoint(effect);
    }
  }

  async #probe({ round, targets, timing }: Effect<'probe'>): Promise<void> {
    const { name, publicKey, presharedKey } = this.controller;
    const controller = { name, publicKey, ...(presharedKey === undefined ? {} : { presharedKey }) };
    const probing = new AbortController();
    this.#probing = probing;
    try {
      await this.#parts.prober.probe(
        { controller, targets, ...timing },
        {
          signal: probing.signal,
          onOutcome: (outcome, index) => this.send({ type: 'probed', round, index, outcome }),
        },
      );
      this.send({ type: 'round-ended', round });
    } catch (error) {
      if (!probing.signal.aborted) this.send({ type: 'round-failed', round, error: textOf(error) });
    }
  }

  /** At most one of these is in progress for a machine. */
  async #changeEndpoint(effect: Effect<'move' | 'set' | 'reapply' | 'renegotiate'>): Promise<void> {
    const { mover } = this.#parts;
    const number = effect.effect;
    try {
      switch (effect.do) {
        case 'move':
        case 'set': {
          const order = { controller: this.controller, ...effect.order };
          const outcome = await (effect.do === 'move' ? mover.move(order) : mover.set(order));
          this.send({ type: 'move-ended', effect: number, outcome });
          break;
        }
        case 'reapply':
          await mover.reapply(this.controller, effect.endpoint);
          this.send({ type: 'reapplied', effect: number });
          break;
        case 'renegotiate':
          await mover.renegotiate(this.controller, effect.endpoint);
          this.send({ type: 'renegotiated', effect: number });
          void this.#judgeRenegotiation(number);
          break;
      }
    } catch (error) {
      this.send({ type: 'effect-failed', effect: number, error: textOf(error) });
    }
  }

  async #judgeRenegotiation(effect: number): Promise<void> {
    const answered = await this.#session.hasAnswered().catch(() => false);
    this.send({ type: 'renegotiation-judged', effect, answered });
  }

  async #testTunnel({ check, timeoutMs }: Effect<'test-tunnel'>): Promise<void> {
    const ping = () => this.#parts.mover.ping(this.controller);
    try {
      this.send({ type: 'tunnel-tested', check, verdict: await this.#session.ask(timeoutMs, ping) });
    } catch (error) {
      this.send({ type: 'tunnel-test-failed', check, error: textOf(error) });
    }
  }

  async #checkSession({ check, watchMs }: Effect<'check-session'>): Promise<void> {
    try {
      this.send({ type: 'session-checked', check, silentMs: await this.#session.silentMs(watchMs) });
    } catch (error) {
      this.send({ type: 'session-check-failed', check, error: textOf(error) });
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
