import { type CallInput, type CallName, calls } from '../../shared/contract/app-ipc.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import type { Problem } from '../../shared/errors/problem.ts';

/** A call of the main process, as the window made it. */
export interface MadeCall {
  readonly name: CallName;
  readonly input: unknown;
}

/** A problem, with the call that it answers: what a notice offers next is about the same network and the same choices. */
export interface ShownFailure {
  readonly problem: Problem;
  readonly call: MadeCall | undefined;
}

/** What is shown: the window's own failure, else one that the main process reports. */
export function shownFailure(own: ShownFailure | null, reported: AppState['problem']): ShownFailure | null {
  if (own !== null || reported === null) return own;
  const { profileId, ...problem } = reported;
  const call = profileId === undefined ? undefined : { name: 'connect' as const, input: { profileId } };
  return { problem, call };
}

/** The network that a failure is about; undefined if it is about none. It may not be the one that is selected now. */
export function failedProfileId({ call }: ShownFailure): string | undefined {
  const input = call?.input;
  if (typeof input !== 'object' || input === null || !('profileId' in input)) return undefined;
  return typeof input.profileId === 'string' ? input.profileId : undefined;
}

/** What was chosen for an installation that failed. */
export function failedInstallation({ call }: ShownFailure): CallInput<'installHelper'> {
  const choices = calls.installHelper.input.safeParse(call?.name === 'installHelper' ? call.input : {});
  return choices.success ? choices.data : {};
}
