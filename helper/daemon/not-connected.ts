import { HomingError } from '../../shared/errors/problem.ts';

/** What a call that needs a connected network is answered without one. */
export function notConnected(title: string): HomingError {
  return new HomingError({
    code: 'not-connected',
    title,
    cause: 'No network is connected, so its controllers and routes are unknown.',
    remedy: 'Connect first: homing up.',
  });
}
