import { HomingError } from '../../shared/errors/problem.ts';

/** The error for a call that needs a connected network. */
export function notConnected(title: string): HomingError {
  return new HomingError({
    code: 'not-connected',
    title,
    cause: 'No network is connected, so its controllers and routes are unknown.',
    remedy: 'Connect first: homing up.',
  });
}
