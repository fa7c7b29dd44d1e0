import { type Command, Option } from 'commander';
import type { CliIo } from '../io.ts';
import type { SettingsOptions } from './settings-options.ts';

function switchOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(['on', 'off']);
}

/** `homing settings`: prints and changes what this laptop chose for a network. */
export function addSettingsCommand(program: Command, io: CliIo): void {
  program
    .command('settings')
    .description('show or change the settings of a network')
    .argument('[profile]', 'its name; not needed when there is only one')
    .addOption(switchOption('--discovery <on|off>', 'look for controllers on the LAN by broadcast'))
    .addOption(
      switchOption('--short-names <on|off>', 'also write `nas` beside `nas.wgnet` to the hosts file'),
    )
    .option('--listen-port <port>', 'a fixed UDP port, or auto')
    .option('--json', 'print JSON')
    .action(async (profile: string | undefined, options: SettingsOptions) => {
      const { settingsText } = await import('./settings-action.ts');
      io.stdout.write(await settingsText(io, profile, options));
    });
}
