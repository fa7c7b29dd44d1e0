import { withoutZone } from '../../../shared/addresses/zone.ts';
import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { Move } from '../network.ts';

/**
 * The inbound guard of a move. Both ends of WireGuard follow every authenticated packet, and packets in flight on the
 * slower path arrive last and win: 0 of 12 moves held under 100 packets/s each way. Dropping packets from the old
 * endpoint for longer than its round trip made 22 of 22 hold.
 *
 * Packets in flight need not be lost: for one round trip the guard rewrites their source to the new endpoint. WireGuard
 * authenticates them like any packet, and they do not change the endpoint back. This works only for packets by the link
 * of the new endpoint, since WireGuard answers by the link it received from. Packets by another link are accepted
 * unchanged for that time, and the endpoint is set repeatedly.
 *
 * The rules are in a table of Homing's own: no other rules change, and one command removes the table. Dropped endpoints
 * are set elements with a timeout, so the kernel removes them even when the helper is killed in the middle of a move.
 */
const family = 'inet';
const table = 'homing';

function tableText(listenPort: number): string {
  const set = (name: string, type: string) =>
    `  set ${name} { type ${type} . inet_service; flags timeout; size 8192; }`;
  const map = (name: string, type: string) =>
    `  map ${name} { type ${type} . inet_service : verdict; flags timeout; size 8192; }`;
  return [
    // Adding before deleting avoids an error when the table does not exist (nft(8)).
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
 * Creates the table for one listen port.
 * @returns false if there is no nft or the kernel refuses it: moves then change the listen port instead
 */
export async function makeInboundGuard(runner: ProgramRunner, listenPort: number): Promise<boolean> {
  const nft = findProgram('nft');
  if (nft === undefined) return false;
  return (await runner.run(nft, ['-f', '/dev/stdin'], tableText(listenPort))).exitCode === 0;
}

/**
 * Carries out {@link guardLiftText} or {@link guardMoveText}. Reloading a firewall (`nft flush ruleset`)
 * deletes the table: then it is created again.
 */
export async function changeInboundGuard(
  runner: ProgramRunner,
  text: string,
  listenPort: () => Promise<number>,
): Promise<void> {
  const nft = findProgram('nft');
  if (nft === undefined) throw new Error('the program nft has been removed');
  const fromInput = ['-f', '/dev/stdin'];
  if ((await runner.run(nft, fromInput, text)).exitCode === 0) return;
  await makeInboundGuard(runner, await listenPort());
  await runner.mustRun(nft, fromInput, text);
}

/** The names of an endpoint in the rules; a packet's source address has no zone. */
function ruleNames(endpoint: Endpoint): {
  readonly protocol: 'ip' | 'ip6';
  readonly address: string;
  readonly port: number;
  readonly left: string;
  readonly flight: string;
  readonly element: string;
  readonly chain: string;
} {
  const { host, port, family: kind } = partsOf(endpoint);
  const address = withoutZone(host);
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

/** The commands that accept packets from an endpoint unchanged, in case an earlier move dropped them. */
export function guardLiftText(endpoint: Endpoint): string {
  const { left, flight, element, chain } = ruleNames(endpoint);
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

/** The endpoint whose packets are dropped, and how those in flight are accepted first. */
export interface GuardedMove {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly guardMs: number;
  readonly acceptInFlight: Move['acceptInFlight'];
}

/**
 * The commands that drop packets from `from` for a while and accept those from `to`. Between addresses of one family,
 * packets in flight are accepted first.
 */
export function guardMoveText({ from, to, guardMs, acceptInFlight }: GuardedMove): string {
  const old = ruleNames(from);
  const next = ruleNames(to);
  const timeout = (milliseconds: number) => `timeout ${Math.ceil(milliseconds)}ms`;
  const flight =
    acceptInFlight === undefined || old.protocol !== next.protocol
      ? []
      : [
          // One chain per endpoint: the verdict of a map element cannot be changed.
          `add chain ${family} ${table} ${old.chain}`,
          `flush chain ${family} ${table} ${old.chain}`,
          `add rule ${family} ${table} ${old.chain} iifname "${acceptInFlight.device}" udp sport set ${next.port} ${next.protocol} saddr set ${next.address} accept`,
          `add rule ${family} ${table} ${old.chain} accept`,
          `add element ${family} ${table} ${old.flight} { ${old.element} ${timeout(acceptInFlight.forMs)} : goto ${old.chain} }`,
        ];
  const shut = `add element ${family} ${table} ${old.left} { ${old.element} ${timeout(guardMs)} }`;
  return `${guardLiftText(to)}${[...flight, shut, ''].join('\n')}`;
}
