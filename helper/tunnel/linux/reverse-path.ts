import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/errors/problem.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';

const confFolder = '/proc/sys/net/ipv4/conf';
/** RFC 3704 section 2.2: a packet is dropped unless the route back uses the same link. */
const strict = 1;
const notLinks = new Set(['all', 'default', 'lo']);

/**
 * Why the kernel drops WireGuard's packets from an exit: the route back to the exit's endpoint is the tunnel, unless
 * the packet has WireGuard's mark, which only sent packets have. The higher value of `all` and of the link counts
 * (kernel documentation, ip-sysctl, rp_filter).
 * @returns undefined if nothing is dropped
 */
export function reversePathProblem(plan: TunnelPlan, folder = confFolder): Problem | undefined {
  if (!plan.routes.some(({ range }) => isExitRange(range) && !range.includes(':'))) return undefined;
  const forAll = filterOf(folder, 'all');
  const links = linksIn(folder).filter((name) => !notLinks.has(name) && name !== plan.interfaceName);
  const found = links.filter((name) => Math.max(forAll, filterOf(folder, name)) === strict);
  if (found.length === 0) return undefined;
  return {
    code: 'strict-reverse-path',
    title: 'This system drops what the exit answers',
    cause: `rp_filter is 1 (strict) on ${found.join(', ')}.`,
    remedy: 'Set it to 2 (loose): sysctl -w net.ipv4.conf.all.rp_filter=2, and in /etc/sysctl.d to keep it.',
  };
}

function linksIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not readable, so it cannot be reported.
    return [];
  }
}

function filterOf(folder: string, name: string): number {
  try {
    return Number(readFileSync(join(folder, name, 'rp_filter'), 'latin1'));
  } catch {
    // The link no longer exists.
    return 0;
  }
}
