import type { AppChange, AppState } from '../contract/app-state.ts';
import { withDecisions } from '../timeline/append.ts';
import { withReading } from './history.ts';

/**
 * The state after a change, in the main process and in the window. A reading of the tunnel is also added to the
 * history, and new decisions to the timeline.
 * @param atMs when the change was reported, in milliseconds since 1970
 */
export function withChange(state: AppState, change: AppChange, atMs: number): AppState {
  const { decisions, ...parts } = change;
  const whole = { ...state, ...parts };
  const after =
    decisions === undefined ? whole : { ...whole, timeline: withDecisions(whole.timeline, decisions) };
  if (change.tunnel === undefined) return after;
  const history = Object.entries(withReading(state.history, change.tunnel, atMs));
  return { ...after, history: Object.fromEntries(history.map(([name, samples]) => [name, [...samples]])) };
}
