import type { Command } from 'commander';
import { connectedProfileId } from '../connected-profile.ts';
import type { CliIo } from '../io.ts';

/** `homing forget`: removes a network and its key from this laptop. */
export function addForgetCommand(program: Command, io: CliIo): void {
  program
    .command('forget')
    .description('remove a network and its key from this laptop')
    .argument('<profile>', 'name of the network, or the id of a damaged one')
    .option('--yes', 'do not ask')
    .action(async (profile: string, options: { yes?: true }) => {
      const { forget } = await import('./forget-action.ts');
      await forget(io, profile, options.yes === true, connectedProfileId);
    });
}
