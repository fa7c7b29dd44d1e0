import { HomingError } from '../../shared/errors/problem.ts';

/** An unexpected failure while the tunnel was brought up, after everything was undone. */
export function tunnelFailed(error: unknown): HomingError {
  return new HomingError({
    code: 'tunnel-failed',
    title: 'The tunnel could not be brought up',
    cause: error instanceof Error ? error.message : String(error),
    remedy: 'Everything was undone. Run `homing diagnostics` to see the system’s messages.',
  });
}
