import type { Problem } from '../errors/problem.ts';

/** Why the kill switch or the way to a sign-in page changed: sentences of the timeline. */

export function killSwitchOn(allowLan: boolean): string {
  return allowLan
    ? 'turned on; only the tunnel and the networks that the laptop is in pass'
    : 'turned on; only the tunnel passes';
}

export const killSwitchOff = 'turned off; traffic goes its usual way again';

export const killSwitchKept = 'kept on through a restart of the helper';

export const killSwitchRestored = 'another program changed its rules; they are in place again';

export function killSwitchProblem({ cause }: Problem): string {
  return `the kill switch: ${cause}`;
}
