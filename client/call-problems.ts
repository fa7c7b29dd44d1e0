import { apiVersion } from '../shared/contract/version.ts';
import { versionProblem } from '../shared/contract/version-problem.ts';
import { HomingError, type Problem } from '../shared/errors/problem.ts';
import { helperNotRunning } from './helper-socket.ts';

/** What can go wrong with a call of the helper, as problems. */

function notPermitted(path: string): HomingError {
  return new HomingError({
    code: 'helper-not-permitted',
    title: 'You may not use the helper',
    cause: `${path} is accessible to one user only, and you are another user.`,
    remedy: 'Run this as the user Homing was installed for, or install it again as yourself.',
  });
}

/** @param found the version in the response, may be empty */
export function otherVersion(found: string): HomingError {
  return versionProblem(found, String(apiVersion));
}

/** @param error the socket's error */
export function connectionProblem(path: string, error: Error): HomingError {
  const code = 'code' in error ? String(error.code) : error.message;
  return code === 'EACCES' || code === 'EPERM' ? notPermitted(path) : helperNotRunning(path, code);
}

/** The problem in the body of a refusal. @param status its HTTP status */
export function problemIn(body: unknown, status: number): Problem {
  const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
  const text = (key: string) => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    code: text('code') ?? 'internal',
    title: text('title') ?? 'The helper could not do it',
    cause: text('cause') ?? `It answered with status ${status}.`,
    remedy: text('remedy') ?? 'Run `homing diagnostics`.',
  };
}
