import * as z from 'zod';
import { holds, outermostRanges } from '../../../shared/addresses/cover.ts';
import { rangeOf } from '../../../shared/addresses/range.ts';
import type { RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { minHostPrefix } from '../min-host-prefix.ts';
import { probePorts } from '../probe-ports.ts';

/**
 * How packets reach Homing's own routing tables, as rules of ip-rule(8). The host's own tables are never changed. In
 * order:
 *
 * 1. the helper's probes and WireGuard's own (marked) packets bypass the tunnel;
 * 2. an overridden range goes through the tunnel although the host has a route to it;
 * 3. packets from the tunnel's own addresses stay in the tunnel: a connection that started there continues there;
 * 4. a host route into one of the ranges wins, so that no profile captures a network that the laptop is in, its
 *    gateway, or what another VPN carries. The host's default routes, and halves of them, do not win;
 * 5. the rest of the ranges goes through the tunnel.
 */

/** ASCII "hom". The mark of WireGuard's own packets has the same value. */
export const tunnelTable = 0x686f6d;
export const tunnelMark = tunnelTable;
/** The table for ranges that override the host's own routes. */
export const overTable = tunnelTable + 1;
/** Marks rules and routes as Homing's (rtnetlink(7), rtm_protocol; above the values that programs use). */
export const ownProtocol = 104;

const priorities = { probes: 18_500, own: 18_501, over: 18_510, from: 18_520, host: 18_530, tunnel: 18_540 };
const endPriority = 18_599;
const mainTable = 254;

/** One rule, as arguments of ip-rule(8) after `rule add`. */
type Rule = string;

function familyOf(text: string): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}

/**
 * By number (IANA, Protocol Numbers): ip(8) knows names only with /etc/protocols, which is in Debian's netbase. TCP is
 * for the captive portal request (../portal-question.ts).
 */
const probeProtocols = [17, 6] as const;

/**
 * The rules of a plan for one address family, in the order in which they are safe to add; none without a route.
 * @param uid the user of the helper: its probes are identified by uid and source ports
 */
export function rulesOf(plan: TunnelPlan, family: 4 | 6, uid: number): Rule[] {
  const ofFamily = (texts: readonly string[]) => texts.filter((text) => familyOf(text) === family);
  const routed = ofFamily([...plan.routes.map(({ range }) => range), ...plan.blocked]);
  if (routed.length === 0) return [];
  const network = ofFamily(plan.network);
  const ranges = outermostRanges([...routed, ...network]);
  const own = ofFamily(plan.addresses).map(hostRange);
  const sources = outermostRanges([
    ...own,
    ...network.filter((range) => own.some((inside) => holds(rangeOf(range), rangeOf(inside)))),
  ]);
  const { first, last } = probePorts;
  return [
    `priority ${endPriority} nop`,
    ...probeProtocols.map(
      (protocol) =>
        `priority ${priorities.probes} uidrange ${uid}-${uid} ipproto ${protocol} sport ${first}-${last} goto ${endPriority}`,
    ),
    `priority ${priorities.own} fwmark 0x${tunnelMark.toString(16)} goto ${endPriority}`,
    `priority ${priorities.over} lookup ${overTable}`,
    ...sources.map((range) => `priority ${priorities.from} from ${range} lookup ${tunnelTable}`),
    ...ranges.map(
      (range) =>
        `priority ${priorities.host}${to(range)} lookup ${mainTable} suppress_prefixlength ${minHostPrefix[family] - 1}`,
    ),
    `priority ${priorities.tunnel} lookup ${tunnelTable}`,
  ];
}

/** A rule for all destinations is printed without a range. */
function to(range: string): string {
  return range.endsWith('/0') ? '' : ` to ${range}`;
}

/** `10.42.1.2/16` as the range of this one address. */
function hostRange(address: string): string {
  return `${address.split('/')[0]}/${familyOf(address) === 4 ? 32 : 128}`;
}

/** The routes of a plan in Homing's own table, as arguments of ip-route(8) after `route replace`. */
export function tunnelRoutes(plan: TunnelPlan): string[] {
  const blocked = plan.blocked.map(
    (range) => `unreachable ${range} table ${tunnelTable} protocol ${ownProtocol}`,
  );
  const routes = plan.routes.map(
    ({ range, source }) =>
      `${range} dev ${plan.interfaceName} table ${tunnelTable} protocol ${ownProtocol}${source === undefined ? '' : ` src ${source}`}`,
  );
  return [...routes, ...blocked];
}

/**
 * The overrides as routes of Homing's own tables, as arguments of ip-route(8): `throw` continues with the next rule, so
 * an address that stays with the host is looked up in the host's tables.
 */
export function overrideRoutes(interfaceName: string, { over, direct }: RouteOverrides): string[] {
  return [
    ...direct.flatMap((address) =>
      [overTable, tunnelTable].map(
        (table) => `throw ${hostRange(address)} table ${table} protocol ${ownProtocol}`,
      ),
    ),
    ...over.map((range) => `${range} dev ${interfaceName} table ${overTable} protocol ${ownProtocol}`),
  ];
}

const printedRuleSchema = z.looseObject({
  priority: z.int(),
  src: z.string().optional(),
  srclen: z.int().optional(),
  dst: z.string().optional(),
  dstlen: z.int().optional(),
  uid_start: z.int().optional(),
  uid_end: z.int().optional(),
  ipproto: z.string().optional(),
  sport_start: z.int().optional(),
  sport_end: z.int().optional(),
  fwmark: z.string().optional(),
  goto: z.int().optional(),
  nop: z.null().optional(),
  table: z.string().optional(),
  suppress_prefixlen: z.int().optional(),
  protocol: z.string().optional(),
});

/** Parses the output of `ip -N -j rule show`: Homing's own rules, in the form of {@link rulesOf}. */
export function parseOwnRules(output: string): Rule[] {
  const printed = z.array(printedRuleSchema).parse(output.trim() === '' ? [] : JSON.parse(output));
  return printed.filter(({ protocol }) => protocol === `${ownProtocol}`).map(ruleWords);
}

function ruleWords(rule: z.infer<typeof printedRuleSchema>): Rule {
  const range = (address: string, length: number | undefined) =>
    `${address}/${length ?? (familyOf(address) === 4 ? 32 : 128)}`;
  return [
    `priority ${rule.priority}`,
    ...(rule.src === undefined || rule.src === 'all' ? [] : [`from ${range(rule.src, rule.srclen)}`]),
    ...(rule.dst === undefined ? [] : [`to ${range(rule.dst, rule.dstlen)}`]),
    ...(rule.uid_start === undefined ? [] : [`uidrange ${rule.uid_start}-${rule.uid_end}`]),
    ...(rule.ipproto === undefined ? [] : [`ipproto ${rule.ipproto.replace(/^ipproto-/, '')}`]),
    ...(rule.sport_start === undefined ? [] : [`sport ${rule.sport_start}-${rule.sport_end}`]),
    ...(rule.fwmark === undefined ? [] : [`fwmark ${rule.fwmark}`]),
    ...(rule.goto === undefined ? [] : [`goto ${rule.goto}`]),
    ...(rule.nop === undefined ? [] : ['nop']),
    ...(rule.table === undefined ? [] : [`lookup ${rule.table}`]),
    ...(rule.suppress_prefixlen === undefined ? [] : [`suppress_prefixlength ${rule.suppress_prefixlen}`]),
  ].join(' ');
}

/** One canonical text per rule: an IPv6 address has several notations. */
function canonical(rule: Rule): string {
  return rule.replaceAll(/(?<= )(from|to) (\S+)/g, (_, word: string, text: string) => {
    const { family, first, last } = rangeOf(text);
    return `${word} ${family} ${first}-${last}`;
  });
}

/** The lines for `ip -batch -` that turn Homing's present rules into the wanted rules. */
export function ruleChanges(present: readonly Rule[], wanted: readonly Rule[]): string[] {
  const has = new Set(present.map(canonical));
  const wants = new Set(wanted.map(canonical));
  return [
    ...wanted
      .filter((rule) => !has.has(canonical(rule)))
      .map((rule) => `rule add ${rule} protocol ${ownProtocol}`),
    ...present
      .filter((rule) => !wants.has(canonical(rule)))
      .map((rule) => `rule delete ${rule} protocol ${ownProtocol}`),
  ];
}

/** The lines for `ip -batch -` that remove every rule and route of Homing. */
export const removalLines: readonly string[] = [
  `rule flush protocol ${ownProtocol}`,
  `route flush table all protocol ${ownProtocol}`,
];

/**
 * Whether a line of `ip monitor rule` reports that a rule of Homing was removed: systemd-networkd removes rules that it
 * did not create.
 */
export function isRuleRemoval(line: string): boolean {
  const [, priority] = /^Deleted (\d+):\s+(?:not )?from /.exec(line) ?? [];
  return priority !== undefined && Number(priority) >= priorities.probes && Number(priority) <= endPriority;
}
