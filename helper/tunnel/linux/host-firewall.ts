import { z } from 'zod';
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

/** Tables of Homing's own: the guard, the kill switch. */
const ownTable = /^homing/;

/**
 * Which firewall of the host drops what nobody here has asked for, from what `nft -j list chains` prints: by the names that
 * ufw and firewalld give their chains and tables, else by the policy of a chain at the input hook.
 * @returns null where none does, as far as nftables knows: rules of iptables-legacy are not listed there
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

/** Which firewall of the host drops answers to broadcasts; null where none does, or there is no nft(8). */
export async function linuxHostFirewall(runner: ProgramRunner): Promise<HostFirewall | null> {
  const nft = findProgram('nft');
  if (nft === undefined) return null;
  const { exitCode, stdout } = await runner.run(nft, ['-j', 'list', 'chains']);
  // A kernel without nftables has no rules of its either.
  return exitCode === 0 ? parseHostFirewall(stdout) : null;
}
