import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { HelperEvent } from '../../shared/contract/control-api.ts';
import { PendingEvents } from './pending-events.ts';

/** Node's response object; a unit test with hono alone has none. */
export type ControlBindings = { readonly outgoing?: ServerResponse };

/** @returns a function that ends the subscription */
type Subscribe = (listener: (event: HelperEvent) => void) => () => void;

/**
 * Writes events as SSE (`event: <type>`, `data: <JSON>`) no faster than they are read: the queue is bounded ({@link
 * PendingEvents}), and a reader that stops reading for a while, or falls too far behind, is disconnected.
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
  // Hono always sets chunked encoding; Node knows that HTTP/1.0 has none.
  response.headers.delete('transfer-encoding');
  return response;
}
