import * as z from 'zod';
import type { HostFirewall } from '../../../shared/contract/status.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';

const chainSchema = z.looseObject({
  table: z.string(),
  name: z.string(),
  hook: z.string().optional(),
  policy: z.string().optional(),
});
const listSchema = z.looseObject({
  nftables: z.array(z.looseObject({ chain: chainSchema.optional() })),
});

/** Homing's own tables: the guard, the kill switch. */
const ownTable = /^homing/;

/**
 * The host firewall that drops unsolicited packets, from the output of `nft -j list chains`: recognised by the chain
 * and table names of ufw and firewalld, else by the policy of a chain at the input hook.
 * @returns null if none does, as far as nftables knows: rules of iptables-legacy are not listed there
 */
export function parseHostFirewall(output: string): HostFirewall | null {
  const chains = listSchema
    .parse(JSON.parse(output))
    .nftables.flatMap(({ chain }) => (chain === undefined || ownTable.test(chain.table) ? [] : [chain]));
  if (chains.some(({ table }) => table === 'firewalld')) return 'firewalld';
  const drops = chains.some(({ hook, policy }) => hook === 'input' && policy === 'drop');
  if (!drops) return null;
  return chains.some(({ name }) => /^ufw6?-/.test(name)) ? 'ufw' : 'nftables';
}

/** The host firewall that drops answers to broadcasts; null if there is none, or no nft(8). */
export async function linuxHostFirewall(runner: ProgramRunner): Promise<HostFirewall | null> {
  const nft = findProgram('nft');
  if (nft === undefined) return null;
  const { exitCode, stdout } = await runner.run(nft, ['-j', 'list', 'chains']);
  // A kernel without nftables has no nftables rules either.
  return exitCode === 0 ? parseHostFirewall(stdout) : null;
}
