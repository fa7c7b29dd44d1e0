import type { TunnelStatus } from '../contract/status.ts';

/** What blocks the laptop's other traffic while the kill switch is on. */
export type BlockedBy = 'not-connected' | 'no-exit' | 'exit-unreachable';

/** Undefined while an exit carries everything. A helper that does not report an exit has none. */
export function blockedBy(tunnel: TunnelStatus): BlockedBy | undefined {
  if (tunnel.state !== 'connected') return 'not-connected';
  const { exit, controllers } = tunnel;
  if (exit === null || exit === undefined) return 'no-exit';
  const path = controllers.find(({ name }) => name === exit)?.path ?? 'none';
  return path === 'none' ? 'exit-unreachable' : undefined;
}
