import type { PathEvent } from '../../shared/paths/machine/events.ts';
import type { PathState } from '../../shared/paths/machine/state.ts';
import { nothingRemoved } from '../../shared/paths/route.ts';
import type { Machine } from './laptop/machine.ts';
import type { Law } from './laws/law.ts';

/** The machine with a deliberate fault. The laws must catch each of these. */
export interface Mutation {
  readonly name: string;
  /** The laws that may detect it first. */
  readonly caughtBy: readonly Law[];
  mutate(machine: Machine): Machine;
}

type Step = ReturnType<Machine['step']>;

/** Changes the input or the output of each step. */
function around(
  change: (machine: Machine, state: PathState, event: PathEvent, nowMs: number) => Step,
): Mutation['mutate'] {
  return (machine) => ({
    step: (state, event, nowMs) => change(machine, state, event, nowMs),
    wakeAtMs: machine.wakeAtMs,
  });
}

/** Changes the state after one kind of event. */
function after(
  type: PathEvent['type'],
  change: (state: PathState, before: PathState) => PathState,
): Mutation['mutate'] {
  return around((machine, before, event, nowMs) => {
    const [state, effects] = machine.step(before, event, nowMs);
    return [event.type === type ? change(state, before) : state, effects];
  });
}

export const mutations: readonly Mutation[] = [
  {
    name: 'takes silence for proof',
    caughtBy: ['no-impostor', 'verified-first', 'best-path'],
    mutate: around((machine, state, event, nowMs) => {
      if (event.type !== 'probed' || event.outcome.verdict !== 'unanswered' || state.round.is !== 'running')
        return machine.step(state, event, nowMs);
      const target = state.round.targets[event.index];
      if (target?.kind !== 'unicast') return machine.step(state, event, nowMs);
      const outcome = { verdict: 'verified', from: target, roundTripMs: 1 } as const;
      return machine.step(state, { ...event, outcome }, nowMs);
    }),
  },
  {
    name: 'does not notice that a network was left',
    caughtBy: ['no-impostor', 'verified-first', 'best-path'],
    mutate: around((machine, state, event, nowMs) => {
      const isLoss = event.type === 'network-changed';
      const [next, effects] = machine.step(
        state,
        isLoss ? { ...event, removed: nothingRemoved } : event,
        nowMs,
      );
      // Identical routes prove nothing; this mutation takes them for the same network.
      const kept = next.candidates.map((candidate) => {
        const before = state.candidates.find(({ endpoint }) => endpoint === candidate.endpoint);
        return before === undefined || event.type === 'probed'
          ? candidate
          : { ...candidate, proof: before.proof ?? candidate.proof, last: before.last };
      });
      return [{ ...next, candidates: kept }, effects];
    }),
  },
  {
    name: 'forgets the effect under way when packets go unanswered',
    caughtBy: ['one-effect', 'no-oscillation'],
    mutate: after('silent', (state) => {
      const { phase } = state;
      return phase.is === 'moving' ? { ...state, phase: phase.from } : state;
    }),
  },
  {
    name: 'tries what failed again at once',
    caughtBy: ['no-hot-loop', 'no-oscillation'],
    mutate: around((machine, state, event, nowMs) => {
      const candidates = state.candidates.map((candidate) => ({
        ...candidate,
        moveFailures: 0,
        retryAtMs: 0,
      }));
      const [next, effects] = machine.step({ ...state, candidates, failure: null }, event, nowMs);
      if (event.type !== 'effect-failed') return [next, effects];
      const [again, more] = machine.step({ ...next, failure: null }, { type: 'wake' }, nowMs);
      const [last, rest] = machine.step(
        { ...again, failure: null },
        { type: 'routes', routes: routesOf(again) },
        nowMs,
      );
      return [last, [...effects, ...more, ...rest]];
    }),
  },
  {
    name: 'moves without a word',
    caughtBy: ['recorded'],
    mutate: around((machine, state, event, nowMs) => {
      const [next, effects] = machine.step(state, event, nowMs);
      return [next, effects.filter((effect) => effect.do !== 'record' || effect.decision.kind !== 'moved')];
    }),
  },
  {
    name: 'goes on testing a LAN that nothing could beat',
    caughtBy: ['quiet'],
    mutate: around((machine, state, event, nowMs) => {
      const [next, effects] = machine.step(state, event, nowMs);
      const isResting = next.round.is === 'idle' && next.nextRoundAtMs === null && next.phase.is === 'on';
      return [isResting ? { ...next, nextRoundAtMs: nowMs + 8_000, roundsSinceEvent: 0 } : next, effects];
    }),
  },
  {
    name: 'goes on after a stop',
    caughtBy: ['nothing-after-stop'],
    mutate: after('stopped', (_, before) => before),
  },
  {
    name: 'never looks for a LAN while the internet works',
    caughtBy: ['best-path', 'scheduled'],
    mutate: around((machine, state, event, nowMs) => {
      const [next, effects] = machine.step(state, event, nowMs);
      const [current] = next.candidates.filter(
        ({ endpoint, last, path }) =>
          next.phase.is === 'on' &&
          endpoint === next.phase.endpoint &&
          path === 'internet' &&
          last.verdict === 'verified',
      );
      return [current === undefined ? next : { ...next, nextRoundAtMs: null }, effects];
    }),
  },
];

function routesOf(state: PathState): Extract<PathEvent, { type: 'routes' }>['routes'] {
  return Object.fromEntries(
    state.candidates.flatMap(({ endpoint, route }) =>
      route === null ? [] : [[endpoint.slice(0, endpoint.lastIndexOf(':')), route]],
    ),
  );
}
