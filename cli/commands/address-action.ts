import { planAddresses } from '../../shared/addresses/plan.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { alignedRows } from '../text/table.ts';

/** The plan hashes any name, also one that another tool allows and Homing would not; only nonsense is refused. */
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
