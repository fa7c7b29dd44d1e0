import type { ControllerPlan } from './controller-plan.ts';

/**
 * The packet filter of a controller (nft(8)), in a table of its own. Enabling forwarding makes the whole host a router;
 * these rules allow members to reach only members and the ranges behind the controller, or everything through an exit.
 * The hosts behind it can answer; they can start connections only if they see the members' own addresses (masquerading
 * off). Other tables of the host can still drop a packet: a filter in one table cannot overrule another.
 */

/** The table name for an interface. */
export function firewallTable(interfaceName: string): string {
  return `inet homing-${interfaceName}`;
}

/** An IPv6-only network without ranges behind its controllers needs no rules: nothing outside the network is routed. */
export function needsFirewall(plan: ControllerPlan): boolean {
  return plan.forwardsIpv4 || plan.ownRoutes.length > 0 || plan.isExit;
}

/**
 * Commands for `nft -f` or for single calls; idempotent.
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

/** Ranges as anonymous sets, one per family; none for a family without ranges. */
function byFamily(ranges: readonly string[]): { readonly family: 'ip' | 'ip6'; readonly set: string }[] {
  return (['ip', 'ip6'] as const).flatMap((family) => {
    const own = ranges.filter((range) => range.includes(':') === (family === 'ip6'));
    return own.length === 0 ? [] : [{ family, set: `{ ${own.join(', ')} }` }];
  });
}
