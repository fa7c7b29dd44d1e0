import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';

/**
 * The inbound guard of a move. Both ends of WireGuard follow every authenticated packet, and those in flight
 * on the slower path arrive last and win: 0 of 12 moves held under 100 packets/s each way. Dropping what
 * still comes in from the old endpoint, for longer than its round trip, made 22 of 22 hold.
 *
 * The rules stand in a table of Homing's own, so that nobody's rules are touched and one command removes
 * them all. What is dropped are elements of sets with a timeout: the kernel forgets them by itself, also
 * when the helper is killed in the middle of a move.
 */
const family = 'inet';
const table = 'homing';

function tableText(listenPort: number): string {
  const set = (name: string, type: string) =>
    `  set ${name} { type ${type} . inet_service; flags timeout; size 8192; }`;
  return [
    // Adding before deleting makes the deletion of a table that is not there no error (nft(8)).
    `add table ${family} ${table}`,
    `delete table ${family} ${table}`,
    `table ${family} ${table} {`,
    set('left4', 'ipv4_addr'),
    set('left6', 'ipv6_addr'),
    '  chain inbound {',
    '    type filter hook input priority raw; policy accept;',
    `    udp dport ${listenPort} ip saddr . udp sport @left4 drop`,
    `    udp dport ${listenPort} ip6 saddr . udp sport @left6 drop`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Removes the table, whoever left it. A system without nft, or whose kernel has no nftables, has none. */
export async function clearInboundGuard(runner: ProgramRunner): Promise<void> {
  const nft = findProgram('nft');
  if (nft === undefined) return;
  const { exitCode, stdout } = await runner.run(nft, ['list', 'tables']);
  if (exitCode !== 0 || !stdout.split('\n').includes(`table ${family} ${table}`)) return;
  await runner.mustRun(nft, ['delete', 'table', family, table]);
}

/**
 * Makes the table for one listen port.
 * @returns false where there is no nft or the kernel refuses it: moves then change the listen port instead
 */
export async function makeInboundGuard(runner: ProgramRunner, listenPort: number): Promise<boolean> {
  const nft = findProgram('nft');
  if (nft === undefined) return false;
  return (await runner.run(nft, ['-f', '/dev/stdin'], tableText(listenPort))).exitCode === 0;
}

/**
 * Carries out {@link guardLiftText} or {@link guardMoveText}. A firewall that is loaded anew (`nft flush ruleset`)
 * takes the table with it: then it is made again.
 */
export async function changeInboundGuard(
  runner: ProgramRunner,
  text: string,
  listenPort: () => Promise<number>,
): Promise<void> {
  const nft = findProgram('nft');
  if (nft === undefined) throw new Error('the program nft was there and is not any more');
  const fromInput = ['-f', '/dev/stdin'];
  if ((await runner.run(nft, fromInput, text)).exitCode === 0) return;
  await makeInboundGuard(runner, await listenPort());
  await runner.mustRun(nft, fromInput, text);
}

/** The element of a set for an endpoint; a zone is no part of what arrives. */
function elementOf(endpoint: Endpoint): { set: string; element: string } {
  const { host, port, family: kind } = partsOf(endpoint);
  return { set: kind === 4 ? 'left4' : 'left6', element: `${host.split('%')[0]} . ${port}` };
}

/** The commands that let in what comes from an endpoint, should an earlier move have shut it out. */
export function guardLiftText(taken: Endpoint): string {
  const { set, element } = elementOf(taken);
  // Added before deleted, for the same reason as the table.
  return [
    `add element ${family} ${table} ${set} { ${element} timeout 1s }`,
    `delete element ${family} ${table} ${set} { ${element} }`,
    '',
  ].join('\n');
}

/** The commands that drop what comes in from `left` for a while, and let in what comes from `taken`. */
export function guardMoveText(left: Endpoint, taken: Endpoint, milliseconds: number): string {
  const { set, element } = elementOf(left);
  const timeout = `${Math.ceil(milliseconds)}ms`;
  return `${guardLiftText(taken)}add element ${family} ${table} ${set} { ${element} timeout ${timeout} }\n`;
}
