import {
  initialNameFailover,
  type NameFailover,
  type NameFailoverState,
  nameFailoverWakeAtMs,
  stepNameFailover,
} from '../../shared/paths/machine/name-failover.ts';
import {
  initialSlots,
  type SlotsEvent,
  type SlotsState,
  slotsWakeAtMs,
  stepSlots,
} from '../../shared/paths/machine/probe-slots.ts';
import { isUnreachable } from '../../shared/paths/machine/reachability.ts';
import { candidateAt, endpointIn } from '../../shared/paths/machine/state.ts';
import { wakeAtMs } from '../../shared/paths/machine/step.ts';
import {
  type InterfaceSilence,
  initialWatch,
  type PacketCounters,
  stepWatch,
  type WatchReport,
  type WatchState,
  watchWakeAtMs,
} from '../../shared/paths/machine/traffic-watch.ts';
import type { ControllerDriver } from './controller-driver.ts';
import type { Time } from './time.ts';

export interface TunnelClockParts {
  readonly drivers: readonly ControllerDriver[];
  readonly defaultController: string;
  readonly namesVia: string;
  readonly time: Pick<Time, 'nowMs' | 'wallMs'>;
  readonly packetCounters: () => PacketCounters | null;
  readonly onNamesMove: (move: NameFailover) => void;
  readonly onClockJump: () => void;
  readonly onReadDue: () => void;
  /** Each controller's own counters are due: the interface's do not show whose packets they count. */
  readonly onControllersDue: (silence?: InterfaceSilence) => void;
}

/**
 * The only timer of a tunnel: wakes each machine at the time it requested, and the machines shared by all controllers.
 */
export class TunnelClock {
  readonly #parts: TunnelClockParts;
  #slots: SlotsState = initialSlots;
  #names: NameFailoverState;
  #watch: WatchState | null = null;
  #timer: NodeJS.Timeout | undefined;
  #firesAtMs = Number.POSITIVE_INFINITY;
  #isStopped = false;
  #isLookDue = false;
  #areAllAsked = false;

  constructor(parts: TunnelClockParts) {
    this.#parts = parts;
    this.#names = initialNameFailover(parts.defaultController, parts.namesVia);
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

  requestSlot({ controller }: ControllerDriver, isUrgent: boolean): void {
    this.#stepSlots({ type: 'request-slot', controller: controller.name, isUrgent });
  }

  releaseSlot({ controller }: ControllerDriver): void {
    this.#stepSlots({ type: 'release-slot', controller: controller.name });
  }

  /** A machine has stepped: its wake-up time or its reachability may have changed. Many step at the same time. */
  stepped(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    queueMicrotask(() => {
      this.#isLookDue = false;
      if (this.#isStopped) return;
      this.#stepNameFailover();
      this.#arm();
    });
  }

  #stepSlots(event: SlotsEvent): void {
    const [slots, granted] = stepSlots(this.#slots, event, this.#parts.time.nowMs());
    this.#slots = slots;
    for (const name of granted) {
      this.#parts.drivers.find(({ controller }) => controller.name === name)?.send({ type: 'slot-granted' });
    }
  }

  #stepNameFailover(): void {
    const { drivers, time, onNamesMove } = this.#parts;
    // Before its first round nothing is known about a controller, except to the previous helper.
    this.#areAllAsked ||= drivers.every(({ state }) => state.roundsSinceEvent > 0);
    if (!this.#areAllAsked) return;
    const reachable = drivers.map(({ controller, state }) => ({
      name: controller.name,
      isUnreachable: isUnreachable(state),
    }));
    const [names, move] = stepNameFailover(this.#names, reachable, time.nowMs());
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
      slotsWakeAtMs(this.#slots),
      nameFailoverWakeAtMs(this.#names),
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
    this.#stepSlots({ type: 'wake' });
    this.stepped();
  }

  #lookAtTraffic(nowMs: number): void {
    if (this.#watch === null || nowMs < watchWakeAtMs(this.#watch)) return;
    const { packetCounters, time } = this.#parts;
    const slowestMs = this.#slowestMs();
    const [watch, reports] = stepWatch(this.#watch, packetCounters(), time.wallMs(), slowestMs, nowMs);
    this.#watch = watch;
    for (const report of reports) this.#hear(report, nowMs);
  }

  /** The round trip of the slowest path in use; 0 if none was measured. */
  #slowestMs(): number {
    return Math.max(
      0,
      ...this.#parts.drivers.map(({ state }) => {
        return candidateAt(state, endpointIn(state.phase))?.proof?.smoothedMs ?? 0;
      }),
    );
  }

  #hear(report: WatchReport, nowMs: number): void {
    const { drivers, onClockJump, onControllersDue, onReadDue } = this.#parts;
    switch (report.report) {
      case 'silent': {
        const { sinceMs, unanswered } = report;
        if (drivers.length > 1) onControllersDue({ sinceMs, unanswered });
        else drivers[0]?.send({ type: 'silent', sinceMs, unanswered });
        break;
      }
      // With several controllers, only their own counters show who answers.
      case 'fewer-answers':
        if (drivers.length === 1) drivers[0]?.send({ type: 'fewer-answers', sinceMs: report.sinceMs });
        break;
      case 'received':
        if (drivers.length === 1) drivers[0]?.send({ type: 'received', afterMs: nowMs });
        break;
      case 'clock-jumped':
        onClockJump();
        break;
      case 'controllers-due':
        if (drivers.length > 1) onControllersDue(report.silence);
        break;
      case 'read-due':
        onReadDue();
        break;
    }
  }
}
