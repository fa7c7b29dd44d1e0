import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';

/**
 * The lines for `ip -batch -` that dress an interface in its plan: one process instead of one a setting
 * (at 100 controllers wg-quick starts 200). `nodad`: nobody else can hold these addresses on a
 * point-to-point link. `noprefixroute`: the plan's own routes say what goes through the tunnel.
 */
export function ipBatch(plan: TunnelPlan): string {
  const device = plan.interfaceName;
  const lines = [
    ...plan.addresses.map((address) =>
      address.includes(':')
        ? `address add ${address} dev ${device} nodad noprefixroute`
        : `address add ${address} dev ${device} noprefixroute`,
    ),
    `link set dev ${device} mtu ${plan.mtu} up`,
    ...plan.routes.map(({ range, source }) =>
      source === undefined
        ? `route replace ${range} dev ${device}`
        : `route replace ${range} dev ${device} src ${source}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
