import type { PathEffect } from '../machine/effects.ts';
import type { PathState } from '../machine/state.ts';
import { step } from '../machine/step.ts';
import { decisionsIn, type FlightEntry, type FlightRecord } from './flight-record.ts';

/** One entry, replayed. */
export interface ReplayedStep {
  readonly entry: FlightEntry;
  readonly state: PathState;
  readonly effects: readonly PathEffect[];
  readonly decisions: readonly string[];
  /** Whether the decisions are the recorded ones. */
  readonly isSame: boolean;
}

/** Replays a record with the shipped machine. */
export function replay({ state: before, entries }: FlightRecord): readonly ReplayedStep[] {
  let now = before;
  return entries.map((entry) => {
    const [state, effects] = step(now, entry.event, entry.atMs);
    now = state;
    const decisions = decisionsIn(effects);
    const isSame =
      decisions.length === entry.decisions.length &&
      decisions.every((decision, index) => decision === entry.decisions[index]);
    return { entry, state, effects, decisions, isSame };
  });
}

/** `on 192.0.2.10:51820`, `moving to 198.51.100.7:51820`. */
function phaseText({ phase }: PathState): string {
  switch (phase.is) {
    case 'on':
      return `on ${phase.endpoint}${phase.silentSinceMs === null ? '' : ', silent'}`;
    case 'stranded':
      return `stranded on ${phase.endpoint}`;
    case 'moving':
      return `moving to ${phase.move.to}`;
    case 'renegotiating':
    case 'reapplying':
      return `${phase.is} ${phase.on.endpoint}`;
    default:
      return phase.is;
  }
}

function effectText(effect: PathEffect): string {
  switch (effect.do) {
    case 'look-up':
      return `look up ${effect.what}`;
    case 'probe':
      return `probe ${effect.targets.map(({ host }) => host).join(' ')}`;
    case 'move':
    case 'set':
      return `${effect.do} to ${effect.order.to}`;
    case 'reapply':
    case 'renegotiate':
      return `${effect.do} ${effect.endpoint}`;
    default:
      return effect.do;
  }
}

/** One step as lines of text: time, event, the path's phase, effects, decisions with their reasons. */
export function replayText({ entry, state, effects, decisions, isSame }: ReplayedStep): string {
  const seconds = (entry.atMs / 1_000).toFixed(3).padStart(11);
  const { type, ...facts } = entry.event;
  const done = effects.filter((effect) => effect.do !== 'record').map(effectText);
  const differs = isSame ? [] : [`DIFFERS: it was ${entry.decisions.join('; ') || 'no decision'}`];
  return [
    `${seconds} s  ${type} ${JSON.stringify(facts)}`,
    `  ${[phaseText(state), ...done].join('; ')}`,
    ...[...decisions, ...differs].map((decision) => `  * ${decision}`),
  ].join('\n');
}
