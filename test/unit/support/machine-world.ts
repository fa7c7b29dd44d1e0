import { type Endpoint, endpointOf } from '../../../shared/endpoints/endpoint.ts';
import type { KnownEndpoint } from '../../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../../shared/paths/machine/effects.ts';
import type { PathEvent } from '../../../shared/paths/machine/events.ts';
import { endpointIn } from '../../../shared/paths/machine/state.ts';
import { wakeAtMs } from '../../../shared/paths/machine/step.ts';
import type { ProbeOutcome, ProbeTarget, ProbeTiming } from '../../../shared/paths/probe-target.ts';
import type { Route } from '../../../shared/paths/route.ts';
import { MachineRun } from './machine-run.ts';

/** The behaviour of an endpoint when it is probed at a time: the round trip of its answer, or null for none. */
export type Answer = (endpoint: Endpoint, atMs: number) => number | null;

/** The shipped machine in virtual time, in an unchanging network: every effect succeeds. */
export class MachineWorld extends MachineRun {
  readonly #answer: Answer;
  readonly #known: readonly KnownEndpoint[];
  readonly #due: { readonly atMs: number; readonly event: PathEvent }[] = [];
  /** When the path changed, and to which endpoint. */
  readonly moves: { readonly atMs: number; readonly to: Endpoint }[] = [];
  probes = 0;

  constructor(known: readonly KnownEndpoint[], answer: Answer) {
    super(known);
    this.#known = known;
    this.#answer = answer;
  }

  get current(): Endpoint | null {
    return endpointIn(this.state.phase);
  }

  override send(event: PathEvent): PathEffect[] {
    const effects = super.send(event);
    if (event.type !== 'slot-granted') for (const effect of effects) this.#carryOut(effect);
    return effects;
  }

  /** Runs until that time. */
  runUntil(endMs: number): void {
    while (true) {
      this.#due.sort((a, b) => a.atMs - b.atMs);
      const atMs = Math.min(this.#due[0]?.atMs ?? endMs, wakeAtMs(this.state) ?? endMs, endMs);
      this.nowMs = Math.max(this.nowMs, atMs);
      if (atMs >= endMs) return;
      const next = this.#due[0]?.atMs === atMs ? this.#due.shift()?.event : undefined;
      this.send(next ?? { type: 'wake' });
      this.effects.length = 0;
    }
  }

  #later(ms: number, event: PathEvent): void {
    this.#due.push({ atMs: this.nowMs + ms, event });
  }

  #carryOut(effect: PathEffect): void {
    switch (effect.do) {
      case 'look-up':
        if (effect.what === 'network') this.#later(1, this.#network());
        return;
      case 'probe':
        this.#probe(effect);
        return;
      case 'move':
      case 'set': {
        const outcome = { moved: true, tookMs: 5 } as const;
        this.moves.push({ atMs: this.nowMs, to: effect.order.to });
        this.#later(5, { type: 'move-ended', effect: effect.effect, outcome });
        return;
      }
      case 'reapply':
        this.#later(1, { type: 'reapplied', effect: effect.effect });
        return;
      case 'check-session':
        this.#later(effect.watchMs, { type: 'session-checked', check: effect.check, silentMs: null });
        return;
    }
  }

  #network(): PathEvent {
    const routes = this.#known.map(({ endpoint, path }): [string, Route] => {
      const onLink = path === 'lan';
      const route: Route = { device: 'eth0', linkKind: 'lan', onLink, source: '192.0.2.50', usable: true };
      return [endpoint.replace(/:\d+$/, ''), route];
    });
    return { type: 'network', routes: Object.fromEntries(routes), discovery: [] };
  }

  #probe({ round, targets, timing }: Extract<PathEffect, { do: 'probe' }>): void {
    let endsMs = 0;
    for (const [index, target] of targets.entries()) {
      const { afterMs, outcome } = this.#outcome(target, timing);
      endsMs = Math.max(endsMs, afterMs);
      this.#later(afterMs, { type: 'probed', round, index, outcome });
    }
    this.#later(endsMs, { type: 'round-ended', round });
  }

  /** A message each timeout until one is answered; the answer to an earlier one counts until the last timeout. */
  #outcome(
    target: ProbeTarget,
    timing: ProbeTiming,
  ): { readonly afterMs: number; readonly outcome: ProbeOutcome } {
    const timeoutMs = target.timeoutMs ?? timing.timeoutMs;
    const allMs = timeoutMs * timing.attempts;
    let first: { readonly afterMs: number; readonly roundTripMs: number } | undefined;
    for (let sentMs = 0; sentMs < Math.min(first?.afterMs ?? allMs, allMs); sentMs += timeoutMs) {
      this.probes += 1;
      const roundTripMs = this.#answer(endpointOf(target), this.nowMs + sentMs);
      if (roundTripMs === null) continue;
      const afterMs = sentMs + roundTripMs;
      if (afterMs < Math.min(first?.afterMs ?? allMs, allMs)) first = { afterMs, roundTripMs };
    }
    if (first === undefined)
      return { afterMs: allMs, outcome: { verdict: 'unanswered', reason: 'no answer' } };
    const { afterMs, roundTripMs } = first;
    return { afterMs, outcome: { verdict: 'verified', from: target, roundTripMs } };
  }
}
