import { socketPathFrom } from '../client/helper-socket.ts';
import { plainPut } from '../client/plain-call.ts';
import { storedRequest } from '../client/profiles/stored-request.ts';
import { HomingError } from '../shared/errors/problem.ts';
import { type CliIo, exitStatus, exitStatusOf } from './io.ts';
import { printProblem } from './problem-output.ts';
import { upText } from './text/up-text.ts';

/**
 * `homing up` and `homing up NETWORK` without the command line's parser and without the schemas: the time to the
 * first answer through the tunnel is less than half of what it was with them and `node:http`.
 * @param args what follows `homing`
 * @returns the exit status; undefined when the ordinary way has to do it, or say it
 */
export async function quickUp(args: readonly string[], io: CliIo): Promise<number | undefined> {
  const [command, nameOrId, ...rest] = args;
  if (command !== 'up' || nameOrId?.startsWith('-') || rest.length > 0) return undefined;
  const startedAt = io.now();
  const body = storedRequest(io.env, nameOrId);
  if (body === undefined) return undefined;
  try {
    const answer = await plainPut(socketPathFrom(io.env), '/v1/tunnel', body);
    const text = upText(answer, io.now() - startedAt);
    if (text === undefined) return undefined;
    io.stdout.write(text);
    return exitStatus.ok;
  } catch (error) {
    // A damaged profile: the ordinary way names the file.
    if (!(error instanceof HomingError) || error.problem.code === 'bad-request') return undefined;
    printProblem(io, error.problem, false);
    return exitStatusOf(error.problem.code);
  }
}
