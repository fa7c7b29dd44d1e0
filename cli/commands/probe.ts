import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';
import { probeText } from '../text/status-text.ts';

/** `homing probe [controller]`: tests every endpoint of each controller now. */
export function addProbeCommand(program: Command, io: CliIo): void {
  program
    .command('probe')
    .description('test every way to the controllers now')
    .argument('[controller]', 'only this one')
    .option('--json', 'print JSON')
    .action(async (controller: string | undefined, options: { json?: true }) => {
      const client = new HelperClient(socketPathFrom(io.env));
      const response = await client.probe(controller === undefined ? {} : { controller });
      if (options.json) {
        io.stdout.write(`${JSON.stringify(response, null, 2)}\n`);
        return;
      }
      io.stdout.write(`${probeText(response, io.now())}\n`);
    });
}
