import type { Problem } from '../errors/problem.ts';

/** Timeline sentences: why the kill switch or the access to a sign-in page changed. */

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

/** @param url the page to sign in at */
export function portalFound(url: string): string {
  return `no controller answers, and another page answers in their place: ${url}`;
}

/** @param hosts what can be reached outside the tunnel */
export function portalOpened(hosts: readonly string[]): string {
  return `opened for the sign-in page alone, at ${hosts.join(', ')}`;
}

export const portalClosed = 'closed again; the sign-in took too long, or was called off';

export const portalGone = 'closed; a controller answers, or the tunnel ended';

export function portalProblem({ cause }: Problem): string {
  return `the way to the sign-in page: ${cause}`;
}
