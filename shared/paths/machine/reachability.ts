import { andThen, type Step } from './compose.ts';
import type { PathState } from './state.ts';

/** The debounce: a network is often left for another within a second, so a loss is announced only after this time. */
export const announceAfterMs = 1_500;

/** Whether no path to the controller works now, as far as is known. */
export function isUnreachable(state: PathState): boolean {
  return state.reachability.is === 'unreachable';
}

export function markUnreachable(state: PathState, reason: string, nowMs: number): Step {
  if (isUnreachable(state)) return [state, []];
  return [{ ...state, reachability: { is: 'unreachable', sinceMs: nowMs, reason, isAnnounced: false } }, []];
}

/** A path works again; announced if the loss was. */
export function markReachable(state: PathState, reason: string): Step {
  const { reachability } = state;
  if (reachability.is === 'reachable') return [state, []];
  const reachable: PathState = { ...state, reachability: { is: 'reachable' } };
  return [reachable, reachability.isAnnounced ? [{ do: 'record', decision: { kind: 'found', reason } }] : []];
}

/** When a loss will be announced; null without one. */
export function announcementAtMs({ reachability }: PathState): number | null {
  return reachability.is === 'unreachable' && !reachability.isAnnounced
    ? reachability.sinceMs + announceAfterMs
    : null;
}

export function announce(step: Step, nowMs: number): Step {
  return andThen(step, (state) => {
    const atMs = announcementAtMs(state);
    if (state.reachability.is === 'reachable' || atMs === null || nowMs < atMs) return [state, []];
    const { reason } = state.reachability;
    return [
      { ...state, reachability: { ...state.reachability, isAnnounced: true } },
      [{ do: 'record', decision: { kind: 'lost', path: 'none', reason } }],
    ];
  });
}
