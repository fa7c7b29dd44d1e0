import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';

/** `homing diagnostics`: what to send when something does not work; no secret stands in it. */
export function addDiagnosticsCommand(program: Command, io: CliIo): void {
  program
    .command('diagnostics')
    .description('print what is needed to find out why something does not work, with secrets removed')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const diagnostics = await new HelperClient(socketPathFrom(io.env)).diagnostics();
      if (options.json) {
        io.stdout.write(`${JSON.stringify(diagnostics, null, 2)}\n`);
        return;
      }
      const sections = diagnostics.sections.map(({ title, text }) => `## ${title}\n${text}\n`);
      io.stdout.write(`${sections.join('\n')}`);
    });
}
