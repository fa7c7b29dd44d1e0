import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';

/** `homing down`: disconnects and restores the system. */
export function addDownCommand(program: Command, io: CliIo): void {
  program
    .command('down')
    .description('disconnect; nothing is left behind')
    .option('--json', 'print the status as JSON')
    .action(async (options: { json?: true }) => {
      const client = new HelperClient(socketPathFrom(io.env));
      const { tunnel: before } = await client.status();
      const status = await client.disconnect();
      if (options.json) io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      else if (before.state === 'off') io.stdout.write('Not connected.\n');
      else io.stdout.write(`Disconnected from ${before.network}.\n`);
    });
}
