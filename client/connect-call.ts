import { HomingError } from '../shared/errors/problem.ts';
import { callHelper } from './helper-call.ts';

/** The bodies of `PUT /v1/tunnel` for a stored profile, as JSON text. */
export interface ConnectBodies {
  /** With the invite, for a signed network; undefined when there is none. */
  readonly signed: string | undefined;
  /** With the profile itself, for other profiles and for helpers that do not verify invites. */
  readonly unsigned: string;
}

/**
 * Connects. A helper that does not know the signed form refuses it with `bad-request` and then gets the profile itself, which
 * a helper that knows the form treats as unsigned.
 * @returns the status as the helper sent it @throws HomingError the helper's refusal, or why it cannot be reached
 */
export async function connectCall(socketPath: string, { signed, unsigned }: ConnectBodies): Promise<unknown> {
  const put = (body: string) => callHelper(socketPath, { method: 'PUT', path: '/v1/tunnel', body });
  if (signed === undefined) return await put(unsigned);
  try {
    return await put(signed);
  } catch (error) {
    if (error instanceof HomingError && error.problem.code === 'bad-request') return await put(unsigned);
    throw error;
  }
}
