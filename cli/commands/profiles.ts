import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

/** `homing profiles`: the networks of this laptop. */
export function addProfilesCommand(program: Command, io: CliIo): void {
  program
    .command('profiles')
    .description('list the networks of this laptop')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      const { profilesText } = await import('./profiles-action.ts');
      io.stdout.write(await profilesText(io, options.json === true));
    });
}
