import { expect, test } from 'vitest';
import type { Endpoint } from '../../../../../shared/endpoints/endpoint.ts';
import type { PathEffect } from '../../../../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../../../../shared/paths/machine/events.ts';
import { candidateAt, endpointIn } from '../../../../../shared/paths/machine/state.ts';
import {
  initialWatch,
  stepWatch,
  type WatchState,
} from '../../../../../shared/paths/machine/traffic-watch.ts';
import { randomForTests } from '../../../../support/random-for-tests.ts';
import { endpoint } from '../../../support/fake-system.ts';
import { internet, lan } from '../../../support/machine-run.ts';
import { type Answer, MachineWorld } from '../../../support/machine-world.ts';

/** An hour of traffic, observed by the shipped watch, over a path that loses and delays packets. */

const random = randomForTests();
const lossEachWay = 0.02;
const jitterEachWayMs = 100;
const hourMs = 3_600_000;

const otherInternet = endpoint('198.51.100.8:51820');
const known = [
  { endpoint: lan, path: 'lan', source: 'invite' },
  { endpoint: internet, path: 'internet', source: 'invite' },
  { endpoint: otherInternet, path: 'internet', source: 'invite' },
] as const;

const baseMs = (one: Endpoint) => (one === lan ? 2 : 40);

/** The time of one packet and its answer; null if either is lost. */
const roundTrip: Answer = (one) => {
  if (random.next() < lossEachWay || random.next() < lossEachWay) return null;
  return baseMs(one) + jitterEachWayMs * (random.next() + random.next());
};

/** Sends at an interval, and counts the answers as the interface's counters do; so does the controller, if it talks. */
class Traffic {
  readonly #world: MachineWorld;
  readonly #intervalMs: number;
  readonly #peerTalks: boolean;
  readonly #arrivals: number[] = [];
  #watch: WatchState;
  #sentAtMs: number;
  #counters = { received: 0, sent: 0 };

  constructor(world: MachineWorld, intervalMs: number, peerTalks: boolean) {
    this.#world = world;
    this.#intervalMs = intervalMs;
    this.#peerTalks = peerTalks;
    this.#sentAtMs = world.nowMs;
    this.#watch = initialWatch(this.#counters, world.nowMs, world.nowMs);
  }

  runUntil(endMs: number): void {
    while (this.#world.nowMs < endMs) {
      this.#world.runUntil(Math.min(this.#watch.pollAtMs, endMs));
      this.#pass(this.#world.nowMs);
      if (this.#world.nowMs >= this.#watch.pollAtMs) this.#look();
    }
  }

  #pass(nowMs: number): void {
    for (; this.#sentAtMs <= nowMs; this.#sentAtMs += this.#intervalMs) {
      this.#counters = { ...this.#counters, sent: this.#counters.sent + 1 };
      const ms = this.#world.current === null ? null : roundTrip(this.#world.current, this.#sentAtMs);
      if (ms !== null) this.#arrivals.push(this.#sentAtMs + ms);
      if (this.#peerTalks) this.#hearRequest();
    }
    const received = this.#counters.received + this.#arrivals.filter((atMs) => atMs <= nowMs).length;
    this.#counters = { ...this.#counters, received };
    this.#arrivals.splice(0, this.#arrivals.length, ...this.#arrivals.filter((atMs) => atMs > nowMs));
  }

  /** A request of the controller: it arrives, or is lost on its one way, and is answered at once. */
  #hearRequest(): void {
    if (random.next() < lossEachWay) return;
    this.#counters = { received: this.#counters.received + 1, sent: this.#counters.sent + 1 };
  }

  #look(): void {
    const { nowMs, state } = this.#world;
    const smoothedMs = candidateAt(state, endpointIn(state.phase))?.proof?.smoothedMs ?? 0;
    const [watch, reports] = stepWatch(this.#watch, this.#counters, nowMs, smoothedMs, nowMs);
    this.#watch = watch;
    for (const one of reports) {
      if (one.report === 'silent')
        this.#world.send({ type: 'silent', sinceMs: one.sinceMs, unanswered: one.unanswered });
      if (one.report === 'fewer-answers') this.#world.send({ type: 'fewer-answers', sinceMs: one.sinceMs });
      if (one.report === 'received') this.#world.send({ type: 'received', afterMs: nowMs });
    }
  }
}

class Suspicions extends MachineWorld {
  suspicions = 0;

  override send(event: PathEvent): PathEffect[] {
    if (event.type === 'silent' || event.type === 'fewer-answers') this.suspicions += 1;
    return super.send(event);
  }
}

test.each([
  ['the LAN', 10, 'the laptop', lan],
  ['the LAN', 100, 'the laptop', lan],
  ['the LAN', 500, 'the laptop', lan],
  ['the internet', 10, 'the laptop', internet],
  ['the internet', 100, 'the laptop', internet],
  ['the internet', 500, 'the laptop', internet],
  ['the LAN', 100, 'both', lan],
  ['the LAN', 300, 'both', lan],
  ['the internet', 100, 'both', internet],
  ['the internet', 300, 'both', internet],
] as const)(
  'an hour over %s with a loss of 0.02 and 100 ms of jitter each way, a packet each %i ms from %s: no move',
  (_where, intervalMs, from, start) => {
    // There is always another path that answers as well.
    const world = new Suspicions(start === lan ? known : known.slice(1), roundTrip);
    world.send({ type: 'started', endpoint: start });
    world.runUntil(60_000);
    const before = world.moves.length;
    new Traffic(world, intervalMs, from === 'both').runUntil(hourMs);
    // Sparse traffic is suspected repeatedly, or the test would prove nothing.
    if (intervalMs === 500) expect(world.suspicions).toBeGreaterThan(50);
    expect(world.moves.slice(before), `${world.suspicions} suspicions`).toEqual([]);
  },
  60_000,
);
