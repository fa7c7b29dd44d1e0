import type { ConnectedTunnel, Status } from '../../shared/contract/status.ts';
import { routeWords } from '../../shared/text/route-words.ts';
import { alignedRows } from './table.ts';

/** One row for each range that another network could also use: range, state, reason. */
export function routeRows(tunnel: Pick<ConnectedTunnel, 'routes' | 'controllers'>): string[][] {
  return (tunnel.routes ?? []).map((route) => {
    const controller = tunnel.controllers.find(({ name }) => name === route.controller);
    const { label, sentence, action } = routeWords(route, controller);
    const hint =
      action === 'take-over' ? ` To use it all the same: homing routes --take-over ${route.range}` : '';
    return [route.range, label, `${sentence}${hint}`];
  });
}

/** What `homing routes` prints. */
export function routesText({ tunnel }: Pick<Status, 'tunnel'>): string {
  if (tunnel.state !== 'connected') return 'Not connected. Connect with: homing up';
  const rows = routeRows(tunnel);
  if (rows.length === 0) return `${tunnel.network} has no ranges beside its own addresses.`;
  return alignedRows(rows);
}
