import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

/** `homing import`: an invite or a wg-quick file becomes a profile. */
export function addImportCommand(program: Command, io: CliIo): void {
  program
    .command('import')
    .description('import an invite (.homing file, homing:// link) or a WireGuard .conf file')
    .argument('<source>', 'a file, a link, or - for standard input')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON; needs --yes')
    .action(async (source: string, options: { yes?: true; json?: true }) => {
      const { importFrom } = await import('./import-action.ts');
      await importFrom(io, source, { yes: options.yes === true, json: options.json === true });
    });
}
