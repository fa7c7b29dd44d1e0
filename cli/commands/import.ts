import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import { importFrom } from './import-action.ts';

/** `homing import`: an invite or a wg-quick file becomes a profile. */
export function addImportCommand(program: Command, io: CliIo): void {
  program
    .command('import')
    .description(
      'import an invite (.homing file, homing:// link), a WireGuard file, or a picture of its QR code',
    )
    .argument('<source>', 'a file, a link, or - for standard input')
    .option('--name <name>', 'name the network of a WireGuard file')
    .option('--rename <old=new>', 'rename a machine of a WireGuard file; may be repeated', listOption, [])
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON; needs --yes')
    .action(async (source: string, options: ImportOptions) => {
      const { name, rename: renames, yes, json } = options;
      await importFrom(io, source, { name, renames, yes: yes === true, json: json === true });
    });
}

interface ImportOptions {
  readonly name?: string;
  readonly rename: readonly string[];
  readonly yes?: true;
  readonly json?: true;
}

function listOption(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
