import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/errors/problem.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';

/** RFC 3704 section 2.2: a packet is dropped unless the route back uses the same link. */
const strict = 1;

/**
 * The links on which the kernel drops WireGuard's packets from an exit: the route back to the exit's endpoint is the
 * tunnel, unless the packet has WireGuard's mark, which only sent packets have. The higher value of `all` and of the
 * link counts; a new link copies `default` (kernel documentation, ip-sysctl, rp_filter).
 * @param folder `/proc/sys/net/ipv4/conf`
 * @returns empty if nothing is dropped
 */
export function strictLinks(plan: TunnelPlan, folder: string): readonly string[] {
  if (!plan.routes.some(({ range }) => isExitRange(range) && !range.includes(':'))) return [];
  const notLinks = ['all', 'lo', plan.interfaceName];
  const forAll = filterOf(folder, 'all');
  return linksIn(folder).filter(
    (name) => !notLinks.includes(name) && Math.max(forAll, filterOf(folder, name)) === strict,
  );
}

/**
 * What to report when the kernel keeps dropping the exit's packets.
 * @param links from {@link strictLinks}
 * @param reason why they could not be accepted
 */
export function reversePathProblem(links: readonly string[], reason: string): Problem {
  return {
    code: 'strict-reverse-path',
    title: 'This system drops what the exit answers',
    cause: `rp_filter is 1 (strict) on ${links.join(', ')}, and no exception could be made: ${reason}.`,
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
