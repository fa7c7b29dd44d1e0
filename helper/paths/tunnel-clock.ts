import {
  initialNames,
  type NamesMove,
  type NamesState,
  namesWakeAtMs,
  stepNames,
} from '../../shared/paths/machine/names.ts';
import { isLost } from '../../shared/paths/machine/reachability.ts';
import { candidateAt, endpointIn } from '../../shared/paths/machine/state.ts';
import { wakeAtMs } from '../../shared/paths/machine/step.ts';
import {
  initialTurns,
  stepTurns,
  type TurnsEvent,
  type TurnsState,
  turnsWakeAtMs,
} from '../../shared/paths/machine/turns.ts';
import {
  type InterfaceSilence,
  initialWatch,
  type PacketCounters,
  stepWatch,
  type WatchNews,
  type WatchState,
  watchWakeAtMs,
} from '../../shared/paths/machine/watch.ts';
import type { ControllerDriver } from './controller-driver.ts';
import type { Time } from './time.ts';

export interface TunnelClockParts {
  readonly drivers: readonly ControllerDriver[];
  readonly defaultController: string;
  readonly namesVia: string;
  readonly time: Pick<Time, 'nowMs' | 'wallMs'>;
  readonly packetCounters: () => PacketCounters | null;
  readonly onNamesMove: (move: NamesMove) => void;
  readonly onClockJump: () => void;
  readonly onReadDue: () => void;
  /** Each controller's own counters are due: the interface's do not show whose packets they count. */
  readonly onPeersDue: (silence?: InterfaceSilence) => void;
}

/**
 * The only timer of a tunnel: wakes each machine at the time it requested, and the machines shared by all controllers.
 */
export class TunnelClock {
  readonly #parts: TunnelClockParts;
  #turns: TurnsState = initialTurns;
  #names: NamesState;
  #watch: WatchState | null = null;
  #timer: NodeJS.Timeout | undefined;
  #firesAtMs = Number.POSITIVE_INFINITY;
  #isStopped = false;
  #isLookDue = false;
  #areAllAsked = false;

  constructor(parts: TunnelClockParts) {
    this.#parts = parts;
    this.#names = initialNames(parts.defaultController, parts.namesVia);
  }

  start(): void {
    const { packetCounters, time } = this.#parts;
    this.#watch = initialWatch(packetCounters(), time.wallMs(), time.nowMs());
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  takeTurn({ controller }: ControllerDriver, isUrgent: boolean): void {
    this.#stepTurns({ type: 'take-turn', controller: controller.name, isUrgent });
  }

  yieldTurn({ controller }: ControllerDriver): void {
    this.#stepTurns({ type: 'yield-turn', controller: controller.name });
  }

  /** A machine has stepped: its wake-up time or its reachability may have changed. Many step at the same time. */
  stepped(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    queueMicrotask(() => {
      this.#isLookDue = false;
      if (this.#isStopped) return;
      this.#stepNames();
      this.#arm();
    });
  }

  #stepTurns(event: TurnsEvent): void {
    const [turns, granted] = stepTurns(this.#turns, event, this.#parts.time.nowMs());
    this.#turns = turns;
    for (const name of granted) {
      this.#parts.drivers.find(({ controller }) => controller.name === name)?.send({ type: 'turn' });
    }
  }

  #stepNames(): void {
    const { drivers, time, onNamesMove } = this.#parts;
    // Before its first round nothing is known about a controller, except to the previous helper.
    this.#areAllAsked ||= drivers.every(({ state }) => state.roundsSinceEvent > 0);
    if (!this.#areAllAsked) return;
    const reachable = drivers.map(({ controller, state }) => ({
      name: controller.name,
      isLost: isLost(state),
    }));
    const [names, move] = stepNames(this.#names, reachable, time.nowMs());
    this.#names = names;
    if (move !== null) onNamesMove(move);
  }

  #arm(): void {
    const atMs = this.#nextMs();
    if (atMs === this.#firesAtMs) return;
    clearTimeout(this.#timer);
    this.#firesAtMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    // A timer counts whole milliseconds and may fire slightly early: the clock is checked again.
    const waitMs = Math.max(0, Math.ceil(atMs - this.#parts.time.nowMs()));
    this.#timer = setTimeout(() => this.#fire(), waitMs);
  }

  #nextMs(): number {
    const times = [
      ...this.#parts.drivers.map(({ state }) => wakeAtMs(state)),
      turnsWakeAtMs(this.#turns),
      namesWakeAtMs(this.#names),
      this.#watch === null ? null : watchWakeAtMs(this.#watch),
    ];
    return Math.min(...times.map((atMs) => atMs ?? Number.POSITIVE_INFINITY));
  }

  #fire(): void {
    const nowMs = this.#parts.time.nowMs();
    this.#firesAtMs = Number.POSITIVE_INFINITY;
    this.#lookAtTraffic(nowMs);
    for (const driver of this.#parts.drivers) {
      const dueMs = wakeAtMs(driver.state);
      if (dueMs !== null && dueMs <= nowMs) driver.send({ type: 'wake' });
    }
    this.#stepTurns({ type: 'wake' });
    this.stepped();
  }

  #lookAtTraffic(nowMs: number): void {
    if (this.#watch === null || nowMs < watchWakeAtMs(this.#watch)) return;
    const { packetCounters, time } = this.#parts;
    const slowestMs = this.#slowestMs();
    const [watch, news] = stepWatch(this.#watch, packetCounters(), time.wallMs(), slowestMs, nowMs);
    this.#watch = watch;
    for (const one of news) this.#hear(one, nowMs);
  }

  /** The round trip of the slowest path in use; 0 if none was measured. */
  #slowestMs(): number {
    return Math.max(
      0,
      ...this.#parts.drivers.map(({ state }) => {
        return candidateAt(state, endpointIn(state.phase))?.verified?.smoothedMs ?? 0;
      }),
    );
  }

  #hear(news: WatchNews, nowMs: number): void {
    const { drivers, onClockJump, onPeersDue, onReadDue } = this.#parts;
    switch (news.news) {
      case 'silent': {
        const { sinceMs, unanswered } = news;
        if (drivers.length > 1) onPeersDue({ sinceMs, unanswered });
        else drivers[0]?.send({ type: 'silent', sinceMs, unanswered });
        break;
      }
      case 'heard':
        // With several controllers, only their own counters show who answered.
        if (drivers.length === 1) drivers[0]?.send({ type: 'heard', afterMs: nowMs });
        break;
      case 'clock-jumped':
        onClockJump();
        break;
      case 'peers-due':
        if (drivers.length > 1) onPeersDue(news.silence);
        break;
      case 'read-due':
        onReadDue();
        break;
    }
  }
}
