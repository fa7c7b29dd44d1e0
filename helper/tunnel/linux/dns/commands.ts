import type { DnsPlan } from '../../../../shared/plan/dns-plan.ts';

/** The programs to run for a plan, as data. */
export interface DnsCommand {
  readonly program: 'resolvectl' | 'resolvconf';
  readonly args: readonly string[];
  readonly input?: string;
}

/**
 * For systemd-resolved (resolvectl(1)): a link's servers answer for its domains, and for all other names only with the
 * route-only domain `~.`. The settings belong to the link and disappear with it.
 */
export function resolvedCommands(interfaceName: string, plan: DnsPlan): DnsCommand[] {
  const takesAll = plan.scope === 'all';
  const domains = [...plan.zones, ...(takesAll ? ['~.'] : [])];
  return [
    { program: 'resolvectl', args: ['dns', interfaceName, ...plan.servers] },
    { program: 'resolvectl', args: ['domain', interfaceName, ...domains] },
    { program: 'resolvectl', args: ['default-route', interfaceName, takesAll ? 'yes' : 'no'] },
  ];
}

/** The kind of a resolvconf: openresolv has private and exclusive records, Debian's resolvconf neither. */
export type ResolvconfKind = 'openresolv' | 'debian';

/**
 * For resolvconf(8). All names: metric 0 and exclusive, like wg-quick(8). Only some zones: a private record, whose
 * servers openresolv passes to a local resolver for its domains alone.
 */
export function resolvconfAdd(record: string, plan: DnsPlan, kind: ResolvconfKind): DnsCommand {
  const lines = [
    ...plan.servers.map((server) => `nameserver ${server}`),
    ...(plan.zones.length === 0 ? [] : [`search ${plan.zones.join(' ')}`]),
  ];
  const scope = plan.scope === 'zones' ? ['-p'] : kind === 'openresolv' ? ['-m', '0', '-x'] : [];
  const args = kind === 'openresolv' ? [...scope, '-a', record] : ['-a', record];
  return { program: 'resolvconf', args, input: `${lines.join('\n')}\n` };
}

/** Deletes a record; a missing record is no error. */
export function resolvconfDelete(record: string, kind: ResolvconfKind): DnsCommand {
  return { program: 'resolvconf', args: kind === 'openresolv' ? ['-f', '-d', record] : ['-d', record] };
}

/**
 * The name of a record. Debian's resolvconf orders records by name (`/etc/resolvconf/interface-order`): a name that
 * matches the first tunnel pattern comes first, as in wg-quick(8).
 * @param order the text of that file; undefined without it
 */
export function resolvconfRecord(interfaceName: string, order: string | undefined): string {
  const prefix = order
    ?.split('\n')
    .map((line) => /^([A-Za-z0-9-]+)\*$/.exec(line.trim())?.[1])
    .find((found) => found !== undefined);
  return prefix === undefined ? interfaceName : `${prefix}.${interfaceName}`;
}

/**
 * Whether every lookup goes to a resolver on this machine, according to resolv.conf(5); only such a resolver can split
 * zones.
 */
export function asksLocalResolver(resolvConf: string): boolean {
  const servers = [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
  return servers.length > 0 && servers.every((server) => /^(127\.|::1$)/.test(server));
}

/** Whether programs use systemd-resolved: by its stub, or by its module for the C library (nss-resolve(8)). */
export function usesResolved(resolvConf: string, nsswitch: string): boolean {
  const stub = /^\s*nameserver\s+127\.0\.0\.5[34]\b/m.test(resolvConf);
  return stub || /^\s*hosts:.*\bresolve\b/m.test(nsswitch);
}
