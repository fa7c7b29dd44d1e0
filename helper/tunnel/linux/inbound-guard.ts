import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { Move } from '../network.ts';

/**
 * The inbound guard of a move. Both ends of WireGuard follow every authenticated packet, and those in flight
 * on the slower path arrive last and win: 0 of 12 moves held under 100 packets/s each way. Dropping what
 * still comes in from the old endpoint, for longer than its round trip, made 22 of 22 hold.
 *
 * What is in flight need not be lost, though: for one round trip it is taken in as if it came from the new endpoint. It is
 * authenticated by WireGuard like any packet, and takes nothing back. Only what comes by the link of the new
 * endpoint: WireGuard answers by the link it heard from, and another one does not lead there. What comes by another link
 * is let in as it is for that time, and the endpoint set again and again.
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
  const map = (name: string, type: string) =>
    `  map ${name} { type ${type} . inet_service : verdict; flags timeout; size 8192; }`;
  return [
    // Adding before deleting makes the deletion of a table that is not there no error (nft(8)).
    `add table ${family} ${table}`,
    `delete table ${family} ${table}`,
    `table ${family} ${table} {`,
    set('left4', 'ipv4_addr'),
    set('left6', 'ipv6_addr'),
    map('flight4', 'ipv4_addr'),
    map('flight6', 'ipv6_addr'),
    '  chain inbound {',
    '    type filter hook input priority raw; policy accept;',
    `    udp dport ${listenPort} ip saddr . udp sport vmap @flight4`,
    `    udp dport ${listenPort} ip6 saddr . udp sport vmap @flight6`,
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

/** How the rules name an endpoint; a zone is no part of what arrives. */
function named(endpoint: Endpoint): {
  readonly protocol: 'ip' | 'ip6';
  readonly address: string;
  readonly port: number;
  readonly left: string;
  readonly flight: string;
  readonly element: string;
  readonly chain: string;
} {
  const { host, port, family: kind } = partsOf(endpoint);
  const address = host.split('%')[0] ?? host;
  const version = kind === 4 ? 4 : 6;
  return {
    protocol: kind === 4 ? 'ip' : 'ip6',
    address,
    port,
    left: `left${version}`,
    flight: `flight${version}`,
    element: `${address} . ${port}`,
    chain: `flight_${address.replaceAll(/[^0-9a-f]/g, '_')}_${port}`,
  };
}

/** The commands that let in what comes from an endpoint as it is, should an earlier move have shut it out. */
export function guardLiftText(taken: Endpoint): string {
  const { left, flight, element, chain } = named(taken);
  // Added before deleted, for the same reason as the table.
  return [
    `add chain ${family} ${table} ${chain}`,
    `add element ${family} ${table} ${flight} { ${element} timeout 1s : goto ${chain} }`,
    `delete element ${family} ${table} ${flight} { ${element} : goto ${chain} }`,
    `add element ${family} ${table} ${left} { ${element} timeout 1s }`,
    `delete element ${family} ${table} ${left} { ${element} }`,
    '',
  ].join('\n');
}

/** What is shut out, and what is taken in before that. */
export interface GuardedMove {
  readonly left: Endpoint;
  readonly taken: Endpoint;
  readonly guardMs: number;
  readonly takeIn: Move['takeIn'];
}

/**
 * The commands that drop what comes in from `left` for a while, and let in what comes from `taken`. Between addresses of
 * one family what is in flight is taken in first.
 */
export function guardMoveText({ left, taken, guardMs, takeIn }: GuardedMove): string {
  const from = named(left);
  const to = named(taken);
  const timeout = (milliseconds: number) => `timeout ${Math.ceil(milliseconds)}ms`;
  const flight =
    takeIn === undefined || from.protocol !== to.protocol
      ? []
      : [
          // One chain for each endpoint that was ever left: an element of a map cannot be given another verdict.
          `add chain ${family} ${table} ${from.chain}`,
          `flush chain ${family} ${table} ${from.chain}`,
          `add rule ${family} ${table} ${from.chain} iifname "${takeIn.device}" udp sport set ${to.port} ${to.protocol} saddr set ${to.address} accept`,
          `add rule ${family} ${table} ${from.chain} accept`,
          `add element ${family} ${table} ${from.flight} { ${from.element} ${timeout(takeIn.forMs)} : goto ${from.chain} }`,
        ];
  const shut = `add element ${family} ${table} ${from.left} { ${from.element} ${timeout(guardMs)} }`;
  return `${guardLiftText(taken)}${[...flight, shut, ''].join('\n')}`;
}
