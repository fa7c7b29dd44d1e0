import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { HelperEvent } from '../../shared/contract/control-api.ts';
import { PendingEvents } from './pending-events.ts';

/** The response that Node writes to; hono's own request in a unit test has none. */
export type ControlBindings = { readonly outgoing?: ServerResponse };

/** @returns what ends the subscription */
type Subscribe = (listener: (event: HelperEvent) => void) => () => void;

/**
 * Writes events as SSE (`event: <type>`, `data: <JSON>`) no faster than they are read: what waits meanwhile is bounded
 * ({@link PendingEvents}), and a reader that takes nothing for a while, or falls too far
 * behind, is cut off.
 * @param onEnd called once, when the reader is gone
 * @param stallMs how long one event may take to be read
 */
export function streamEvents(
  context: Context<{ Bindings: ControlBindings }>,
  subscribe: Subscribe,
  onEnd: () => void,
  stallMs: number,
): Response {
  const response = streamSSE(context, async (stream) => {
    const pending = new PendingEvents();
    const end = Promise.withResolvers<void>();
    let offered = Promise.withResolvers<void>();
    let hasEnded = false;
    void end.promise.then(() => {
      hasEnded = true;
    });
    stream.onAbort(end.resolve);
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
        await Promise.race([
          end.promise,
          stream.writeSSE({ event: event.type, data: JSON.stringify(event) }),
        ]);
        clearTimeout(stall);
      }
    } finally {
      unsubscribe();
      onEnd();
      context.env?.outgoing?.destroy();
    }
  });
  // Hono asks for chunks always; Node itself knows that a caller of HTTP/1.0 gets none.
  response.headers.delete('transfer-encoding');
  return response;
}
