import type { ControllerPlan } from './controller-plan.ts';

/**
 * The packet filter of a controller (nft(8)), in a table of its own. Forwarding makes a router of the whole host; these
 * rules let members reach members and the ranges behind the controller through it, and nothing else; an exit's let them
 * reach everything. The hosts behind it
 * answer, and begin a conversation themselves only when they see the members' own addresses (masquerading off). Other
 * tables of the host can still refuse a packet: a filter of one table cannot overrule another's.
 */

/** The table of an interface. */
export function firewallTable(interfaceName: string): string {
  return `inet homing-${interfaceName}`;
}

/** An IPv6-only network without ranges behind its controllers needs no rules: a range in it is routed nowhere else. */
export function needsFirewall(plan: ControllerPlan): boolean {
  return plan.forwardsIpv4 || plan.ownRoutes.length > 0 || plan.isExit;
}

/**
 * Commands for `nft -f` or one by one; running them again gives the same table.
 * @param interfaceName may be `%i`, which wg-quick replaces
 */
export function firewallCommands(plan: ControllerPlan, interfaceName: string): string[] {
  const table = firewallTable(interfaceName);
  const inside = `"${interfaceName}"`;
  const rule = (chain: string, text: string) => `add rule ${table} ${chain} ${text}`;
  return [
    `add table ${table}; delete table ${table}; add table ${table}`,
    `add chain ${table} forward { type filter hook forward priority filter; policy accept; }`,
    rule('forward', `iifname ${inside} oifname ${inside} accept`),
    rule('forward', `oifname ${inside} ct state established,related accept`),
    rule('forward', `iifname ${inside} ct state established,related accept`),
    ...(plan.isExit
      ? [rule('forward', `iifname ${inside} accept`)]
      : byFamily(plan.ownRoutes).map(({ family, set }) =>
          rule('forward', `iifname ${inside} ${family} daddr ${set} accept`),
        )),
    ...(plan.masquerades ? [] : byFamily(plan.ownRoutes)).map(({ family, set }) =>
      rule('forward', `oifname ${inside} ${family} saddr ${set} accept`),
    ),
    rule('forward', `iifname ${inside} drop`),
    rule('forward', `oifname ${inside} drop`),
    ...masqueradeCommands(plan, table, inside),
  ];
}

function masqueradeCommands(plan: ControllerPlan, table: string, inside: string): string[] {
  if (!plan.masquerades && !plan.isExit) return [];
  const members = byFamily(plan.memberRanges);
  const ranges = new Map(byFamily(plan.ownRoutes).map(({ family, set }) => [family, set]));
  const rules = members.flatMap(({ family, set }) => {
    const behind = ranges.get(family);
    const rule = (daddr: string, verdict: string) =>
      `add rule ${table} postrouting ${family} saddr ${set}${daddr} oifname != ${inside} ${verdict}`;
    return [
      ...(behind === undefined
        ? []
        : [rule(` ${family} daddr ${behind}`, plan.masquerades ? 'masquerade' : 'accept')]),
      ...(plan.isExit ? [rule('', 'masquerade')] : []),
    ];
  });
  return [
    `add chain ${table} postrouting { type nat hook postrouting priority srcnat; policy accept; }`,
    ...rules,
  ];
}

/** Ranges as anonymous sets, one a family; none for a family without ranges. */
function byFamily(ranges: readonly string[]): { readonly family: 'ip' | 'ip6'; readonly set: string }[] {
  return (['ip', 'ip6'] as const).flatMap((family) => {
    const own = ranges.filter((range) => range.includes(':') === (family === 'ip6'));
    return own.length === 0 ? [] : [{ family, set: `{ ${own.join(', ')} }` }];
  });
}
