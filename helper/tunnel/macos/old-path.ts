import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import { isSameEndpoint } from '../../../shared/paths/same-endpoint.ts';

/** At 100 packets a second in each direction, some arrive within this time. */
const pollMs = 4;

export interface OldPath {
  readonly to: Endpoint;
  /** The controller's endpoint now; undefined when the interface or the controller is gone. */
  readonly endpoint: () => Promise<Endpoint | undefined>;
  readonly setEndpoint: () => Promise<void>;
  /** Once nothing has arrived for this long, nothing more is in flight. */
  readonly quietMs: number;
  readonly maxMs: number;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

/**
 * Waits until the old path of a move is quiet, where its packets cannot be dropped: WireGuard roams back with each
 * packet from it, and sends there until the endpoint is set again. Packets sent to the old path meanwhile are answered
 * from it, so their number shrinks each time.
 * @returns whether the old path is quiet
 */
export async function outlive({
  to,
  endpoint,
  setEndpoint,
  quietMs,
  maxMs,
  nowMs,
}: OldPath): Promise<boolean> {
  const startMs = nowMs();
  let heardMs = startMs;
  while (nowMs() - heardMs < quietMs) {
    await sleep(pollMs);
    const now = await endpoint();
    if (now === undefined) return true;
    if (isSameEndpoint(now, to)) continue;
    await setEndpoint();
    heardMs = nowMs();
    if (heardMs - startMs > maxMs) return false;
  }
  return true;
}
