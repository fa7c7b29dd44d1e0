import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import { isSameEndpoint } from '../../../shared/paths/same-endpoint.ts';

/** Of 100 packets a second each way some come within it. */
const lookMs = 4;

export interface OldPath {
  readonly to: Endpoint;
  /** The controller's endpoint now; undefined when the interface or the controller is gone. */
  readonly endpoint: () => Promise<Endpoint | undefined>;
  readonly setEndpoint: () => Promise<void>;
  /** Nothing more can be in flight once nothing came from there for this long. */
  readonly quietMs: number;
  readonly maxMs: number;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/**
 * Waits out the old path of a move where nothing can be dropped: WireGuard follows each packet that comes by it, and sends
 * there until the endpoint is set again. What was sent to the old path in between is answered by it, so there is less each
 * time, until it is quiet.
 * @returns whether it is
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
    await sleep(lookMs);
    const now = await endpoint();
    if (now === undefined) return true;
    if (isSameEndpoint(now, to)) continue;
    await setEndpoint();
    heardMs = nowMs();
    if (heardMs - startMs > maxMs) return false;
  }
  return true;
}
