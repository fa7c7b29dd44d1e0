import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

/** `homing up [profile]`: connects, and says which way each controller is reached first. */
export function addUpCommand(program: Command, io: CliIo): void {
  program
    .command('up')
    .description('connect to a network')
    .argument('[profile]', 'its name; not needed when there is only one')
    .option('--json', 'print the status as JSON')
    .action(async (profile: string | undefined, options: { json?: true }) => {
      const { connectProfile } = await import('./up-action.ts');
      await connectProfile(io, profile, options.json === true);
    });
}
