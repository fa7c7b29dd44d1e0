import type { ConnectAnswer } from '../../client/connect-answer.ts';
import { alignedRows } from './table.ts';

/** What `homing up` prints: where each controller is reached first, and the names. */
export function upText(answer: ConnectAnswer, tookMs: number): string {
  const { network, peer, domain, names, namesProblem, controllers } = answer;
  const rows = controllers.map(({ name, endpoint }) => [name, endpoint ?? 'looking for it on the LAN']);
  const count = names === 1 ? '1 name ends' : `${names} names end`;
  const text = `${count} in .${domain}. To see how each controller is reached: homing status`;
  return [
    `Connected to ${network} in ${Math.round(tookMs)} ms, as ${peer}.`,
    alignedRows(rows, '  '),
    namesProblem ?? text,
    '',
  ].join('\n');
}
