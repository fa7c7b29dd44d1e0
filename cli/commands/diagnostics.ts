import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import { printable } from '../../shared/text/printable.ts';
import { shortenAddresses } from '../../shared/text/shorten-addresses.ts';
import type { CliIo } from '../io.ts';

/** `homing diagnostics`: a report without secrets, to send when something does not work. */
export function addDiagnosticsCommand(program: Command, io: CliIo): void {
  program
    .command('diagnostics')
    .description('print what is needed to find out why something does not work, with secrets removed')
    .option('--json', 'print JSON')
    .option('--shorten-addresses', 'replace every IP address by one that says nothing, the same by the same')
    .action(async (options: { json?: true; shortenAddresses?: true }) => {
      const diagnostics = await new HelperClient(socketPathFrom(io.env)).diagnostics();
      const print = (text: string) =>
        io.stdout.write(options.shortenAddresses ? shortenAddresses(text) : text);
      if (options.json) {
        print(`${JSON.stringify(diagnostics, null, 2)}\n`);
        return;
      }
      const sections = diagnostics.sections.map(({ title, text }) => `## ${title}\n${text}\n`);
      print(printable(sections.join('\n')));
    });
}
