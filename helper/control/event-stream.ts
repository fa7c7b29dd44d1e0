import type { ServerResponse } from 'node:http';
import type { HelperEvent } from '../../shared/contract/control-api.ts';
import { versionHeader } from './call.ts';
import { PendingEvents } from './pending-events.ts';

/** @returns a function that ends the subscription */
type Subscribe = (listener: (event: HelperEvent) => void) => () => void;

/**
 * Writes events as SSE (`event: <type>`, `data: <JSON>`; HTML standard, section 9.2) no faster than they are read: the
 * queue is bounded ({@link PendingEvents}), and a reader that stops reading for a while, or falls too far behind, is
 * disconnected.
 * @param onEnd called once, when the reader is gone
 * @param stallMs how long one event may take to be read
 * @returns when the reader is gone
 */
export async function streamEvents(
  response: ServerResponse,
  subscribe: Subscribe,
  onEnd: () => void,
  stallMs: number,
): Promise<void> {
  const pending = new PendingEvents();
  const end = Promise.withResolvers<void>();
  let offered = Promise.withResolvers<void>();
  let hasEnded = false;
  void end.promise.then(() => {
    hasEnded = true;
  });
  response.once('close', end.resolve);
  response.writeHead(200, {
    ...versionHeader,
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  const unsubscribe = subscribe((event) => {
    if (pending.offer(event)) offered.resolve();
    else end.resolve();
  });
  try {
    while (!hasEnded) {
      const event = pending.take();
      if (event === undefined) {
        await Promise.race([end.promise, offered.promise]);
        offered = Promise.withResolvers();
        continue;
      }
      const stall = setTimeout(end.resolve, stallMs);
      await Promise.race([end.promise, written(response, event)]);
      clearTimeout(stall);
    }
  } finally {
    unsubscribe();
    onEnd();
    response.destroy();
  }
}

/** Resolves when the system has accepted the event, which it does while the reader reads, or when the reader is gone. */
function written(response: ServerResponse, event: HelperEvent): Promise<void> {
  return new Promise((resolve) => {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`, () => resolve());
  });
}
