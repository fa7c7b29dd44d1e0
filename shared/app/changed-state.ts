import type { AppChange, AppState } from '../contract/app-state.ts';
import { withReading } from './history.ts';

/**
 * The state after a change, in main and in the window alike; what is told of the tunnel goes into the history too.
 * @param atMs when it was told, in milliseconds since 1970
 */
export function withChange(state: AppState, change: AppChange, atMs: number): AppState {
  const after = { ...state, ...change };
  if (change.tunnel === undefined) return after;
  const history = Object.entries(withReading(state.history, change.tunnel, atMs));
  return { ...after, history: Object.fromEntries(history.map(([name, samples]) => [name, [...samples]])) };
}
