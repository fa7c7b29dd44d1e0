import type { HelperLinkState } from '../../shared/contract/app-state.ts';
import type { Problem } from '../../shared/errors/problem.ts';

/**
 * What a failed call of the helper means for the app.
 * @param isInstalled whether the helper was ever installed on this machine; called only when the helper does not answer
 */
export function linkStateOf(problem: Problem, isInstalled: () => boolean): HelperLinkState {
  switch (problem.code) {
    case 'helper-not-running':
      return { state: isInstalled() ? 'not-running' : 'missing', problem };
    case 'helper-too-old':
      return { state: 'too-old', problem };
    case 'helper-too-new':
      return { state: 'too-new', problem };
    case 'helper-not-permitted':
      return { state: 'not-permitted', problem };
    default:
      return { state: 'failed', problem };
  }
}

/** The first tries are quick: a restarted helper is back within a second. */
const firstPauseMs = 250;
/** The window is visible and the user waits; a failed try costs little. */
const maxPauseMs = { watched: 1_000, unwatched: 5_000 };

/** The delay before the next try. @param failures in a row, from 1 */
export function pauseBeforeRetryMs(failures: number, isWatched: boolean): number {
  const longest = isWatched ? maxPauseMs.watched : maxPauseMs.unwatched;
  return Math.min(longest, firstPauseMs * 2 ** Math.max(0, failures - 1));
}
