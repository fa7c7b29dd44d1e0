import type { Command } from 'commander';
import { planAddresses } from '../../shared/addresses/plan.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import type { CliIo } from '../io.ts';
import { alignedRows } from '../text/table.ts';

interface AddressOptions {
  readonly network: string;
  readonly controller: string;
  readonly peer?: string;
  readonly json?: true;
}

/** `homing address`: the addresses that the plan derives from names. */
export function addAddressCommand(program: Command, io: CliIo): void {
  program
    .command('address')
    .description('print the addresses that follow from names')
    .requiredOption('--network <name>', 'name of the network')
    .requiredOption('--controller <name>', 'name of the controller')
    .option('--peer <name>', 'name of a peer')
    .option('--json', 'print JSON')
    .action(async (options: AddressOptions) => {
      io.stdout.write(addressText(options, options.json === true));
    });
}

/**
 * The plan hashes any name, including names that Homing would refuse but another tool allows; only invalid text is
 * refused.
 */
function checked(text: string, option: string): string {
  if (text !== '' && !/[\x00-\x1f\x7f]/.test(text)) return text;
  throw new HomingError({
    code: 'bad-name',
    title: 'A name cannot be used',
    cause: `${option} is ${shown(text)}.`,
    remedy: 'Give a name without control characters.',
  });
}

/** What `homing address` prints. @throws HomingError `bad-name` */
export function addressText(
  of: { readonly network: string; readonly controller: string; readonly peer?: string },
  asJson: boolean,
): string {
  const network = checked(of.network, '--network');
  const controller = checked(of.controller, '--controller');
  const plan = planAddresses(
    network,
    controller,
    of.peer === undefined ? undefined : checked(of.peer, '--peer'),
  );
  if (asJson) return `${JSON.stringify(plan, null, 2)}\n`;
  const rows = [
    ['network', network, plan.base],
    ['controller', controller, plan.subnet],
    ['', '', plan.controllerAddress],
    ...(plan.peerAddress === undefined || plan.allowedRange === undefined
      ? []
      : [
          ['peer', of.peer ?? '', plan.peerAddress],
          ['', 'allowed range', plan.allowedRange],
        ]),
  ];
  return `${alignedRows(rows)}\n`;
}
