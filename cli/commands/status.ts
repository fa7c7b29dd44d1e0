import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';
import { statusText } from '../text/status-text.ts';
import { watchStatus } from './status-watch.ts';

/** `homing status [--json] [--watch]`: how each controller is reached, and why. */
export function addStatusCommand(program: Command, io: CliIo): void {
  program
    .command('status')
    .description('show which way each controller is reached')
    .option('--json', 'print JSON: the status, or with --watch one event a line')
    .option('--watch', 'go on and print each change with its reason')
    .action(async (options: { json?: true; watch?: true }) => {
      const client = new HelperClient(socketPathFrom(io.env));
      if (options.watch) {
        return watchStatus(io, client, options.json === true);
      }
      const status = await client.status();
      if (options.json) {
        io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
        return;
      }
      io.stdout.write(`${statusText(status, io.now())}\n`);
    });
}
