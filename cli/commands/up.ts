import type { Command } from 'commander';
import { parseConnectAnswer } from '../../client/connect-answer.ts';
import { connectCall } from '../../client/connect-call.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import { openStore } from '../../client/profiles/store.ts';
import { refusedProfile, storedRequest } from '../../client/profiles/stored-request.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { CliIo } from '../io.ts';
import { upText } from '../text/up-text.ts';

/** `homing up [profile]`: connects, and prints the first endpoint of each controller. */
export function addUpCommand(program: Command, io: CliIo): void {
  program
    .command('up')
    .description('connect to a network')
    .argument('[profile]', 'its name; not needed when there is only one')
    .option('--json', 'print the status as JSON')
    .action(async (profile: string | undefined, options: { json?: true }) => {
      const startedAt = io.now();
      const answer = await connect(io, profile);
      if (options.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
      else io.stdout.write(upText(parseConnectAnswer(answer), io.now() - startedAt));
    });
}

/** @returns the status as the helper sent it @throws HomingError what the store or the helper refused */
async function connect(io: CliIo, nameOrId: string | undefined): Promise<unknown> {
  const { path, bodies } = await storedRequest(openStore(io.env), nameOrId);
  try {
    return await connectCall(socketPathFrom(io.env), bodies);
  } catch (error) {
    if (error instanceof HomingError && error.problem.code === 'bad-request') {
      throw refusedProfile(path, error.problem);
    }
    throw error;
  }
}
