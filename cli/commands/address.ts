import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

interface AddressOptions {
  readonly network: string;
  readonly controller: string;
  readonly peer?: string;
  readonly json?: true;
}

/** `homing address`: what the address plan gives to names. */
export function addAddressCommand(program: Command, io: CliIo): void {
  program
    .command('address')
    .description('print the addresses that follow from names')
    .requiredOption('--network <name>', 'name of the network')
    .requiredOption('--controller <name>', 'name of the controller')
    .option('--peer <name>', 'name of a peer')
    .option('--json', 'print JSON')
    .action(async (options: AddressOptions) => {
      const { addressText } = await import('./address-action.ts');
      io.stdout.write(addressText(options, options.json === true));
    });
}
