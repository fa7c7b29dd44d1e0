import { type Endpoint, parseLiveEndpoint } from '../../../shared/endpoints/endpoint.ts';
import type { KnownEndpoint } from '../../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../../shared/paths/machine/effects.ts';
import type { PathEvent, TunnelVerdict } from '../../../shared/paths/machine/events.ts';
import type { NeighbourEntry } from '../../../shared/paths/machine/neighbour-entries.ts';
import { initialState, type PathState } from '../../../shared/paths/machine/state.ts';
import { step, wakeAtMs } from '../../../shared/paths/machine/step.ts';
import type { ProbeOutcome } from '../../../shared/paths/probe-target.ts';
import type { Route } from '../../../shared/paths/route.ts';

export const lan = parseLiveEndpoint('192.0.2.10:51820', 'test');
export const internet = parseLiveEndpoint('198.51.100.7:51820', 'test');

export const eth0: Route = {
  device: 'eth0',
  linkKind: 'lan',
  onLink: true,
  source: '192.0.2.50',
  usable: true,
};
export const gateway: Route = { ...eth0, onLink: false };
export const wwan0: Route = {
  device: 'wwan0',
  linkKind: 'point-to-point',
  onLink: true,
  source: '203.0.113.9',
  usable: true,
};
export const atHome = { '192.0.2.10': eth0, '198.51.100.7': gateway };
export const onModem = { '198.51.100.7': wwan0 };

type Of<K extends PathEffect['do']> = Extract<PathEffect, { do: K }>;

const lanAndInternet: readonly KnownEndpoint[] = [
  { endpoint: lan, path: 'lan', source: 'invite' },
  { endpoint: internet, path: 'internet', source: 'invite' },
];

/** The machine of one controller with a clock controlled by the test. Turns are granted at once. */
export class MachineRun {
  nowMs = 0;
  state: PathState;
  /** All effects so far. */
  readonly effects: PathEffect[] = [];
  /** The neighbour table; an address that is not in it counts as a neighbour. */
  neighbours: readonly NeighbourEntry[] = [];

  /** Called for every step, before its consequences. */
  onStep: (event: PathEvent, effects: readonly PathEffect[]) => void = () => {};

  constructor(known: readonly KnownEndpoint[] = lanAndInternet, hasTunnelAddress = true) {
    this.state = initialState({ port: 51_820, known, hasTunnelAddress });
  }

  /** @returns the resulting effects */
  send(event: PathEvent): PathEffect[] {
    const [state, effects] = step(this.state, event, this.nowMs);
    this.state = state;
    this.effects.push(...effects);
    this.onStep(event, effects);
    return [...effects, ...effects.flatMap((effect) => this.#answerTo(effect))];
  }

  /** Turns are granted at once, and the neighbour table is read at once. */
  #answerTo(effect: PathEffect): PathEffect[] {
    if (effect.do === 'request-slot') return this.send({ type: 'slot-granted' });
    const isNeighbours = effect.do === 'look-up' && effect.what === 'neighbours';
    return isNeighbours ? this.send({ type: 'neighbours', entries: this.neighbours }) : [];
  }

  /** Advances time, waking the machine whenever it asks for it. @returns the resulting effects */
  pass(ms: number): PathEffect[] {
    const untilMs = this.nowMs + ms;
    const effects: PathEffect[] = [];
    for (let atMs = wakeAtMs(this.state); atMs !== null && atMs <= untilMs; atMs = wakeAtMs(this.state)) {
      this.nowMs = Math.max(this.nowMs, atMs);
      effects.push(...this.send({ type: 'wake' }));
    }
    this.nowMs = untilMs;
    return effects;
  }

  all<K extends PathEffect['do']>(kind: K): Of<K>[] {
    return this.effects.filter((effect): effect is Of<K> => effect.do === kind);
  }

  last<K extends PathEffect['do']>(kind: K): Of<K> {
    const effect = this.all(kind).at(-1);
    if (effect === undefined) throw new Error(`no effect ${kind} among ${JSON.stringify(this.effects)}`);
    return effect;
  }

  /** The recorded decisions, as `kind reason`. */
  get recorded(): string[] {
    return this.all('record').map(({ decision }) => `${decision.kind} ${decision.reason}`);
  }

  /** Answers the round in progress for one endpoint; does nothing if it was not probed. */
  answer(endpoint: Endpoint, outcome: ProbeOutcome | number): PathEffect[] {
    const { round } = this.state;
    if (round.is !== 'running') return [];
    const index = round.targets.findIndex(({ host, port, kind }) => {
      return kind === 'unicast' && `${host}:${port}` === endpoint;
    });
    const from = round.targets[index];
    if (from === undefined) return [];
    const verified = (roundTripMs: number): ProbeOutcome => ({ verdict: 'verified', from, roundTripMs });
    const said = typeof outcome === 'number' ? verified(outcome) : outcome;
    return this.send({ type: 'probed', round: round.round, index, outcome: said });
  }

  endRound(): PathEffect[] {
    const { round } = this.state;
    return round.is === 'running' ? this.send({ type: 'round-ended', round: round.round }) : [];
  }

  /** A round in which only the given endpoints answer, in these times. */
  answerRound(roundTripsMs: Readonly<Record<string, number>>): PathEffect[] {
    const { round } = this.state;
    if (round.is !== 'running') return [];
    const effects = round.targets.flatMap(({ host, port }) => {
      const endpoint = parseLiveEndpoint(`${host}:${port}`, 'test');
      return this.answer(endpoint, roundTripsMs[endpoint] ?? { verdict: 'unanswered', reason: 'no answer' });
    });
    return [...effects, ...this.endRound()];
  }

  /** Ends the tunnel check in progress; does nothing if there is none. */
  answerTunnel(verdict: TunnelVerdict): PathEffect[] {
    const { check } = this.state.tunnel;
    return check === null ? [] : this.send({ type: 'tunnel-tested', check, verdict });
  }

  /** The tunnel comes up over one endpoint, at home. */
  startAtHome(endpoint: Endpoint = internet): void {
    this.send({ type: 'started', endpoint });
    this.send({ type: 'network', routes: atHome, discovery: [] });
  }

  endMove(tookMs = 5): PathEffect[] {
    const { phase } = this.state;
    if (phase.is !== 'moving') throw new Error(`the phase is ${phase.is}`);
    return this.send({ type: 'move-ended', effect: phase.effect, outcome: { moved: true, tookMs } });
  }
}
