import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { eventSchema, type HelperEvent } from '../shared/contract/control-api.ts';

/**
 * The events of an open stream: first the snapshot, then what changes. Ends when the helper goes away.
 * @throws ZodError on an event that is not of the contract
 */
export async function* helperEvents(response: IncomingMessage): AsyncGenerator<HelperEvent> {
  const ready: HelperEvent[] = [];
  const parser = createParser({
    onEvent: (message) => {
      ready.push(eventSchema.parse(JSON.parse(message.data)));
    },
  });
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      parser.feed(String(chunk));
      for (let event = ready.shift(); event !== undefined; event = ready.shift()) yield event;
    }
  } catch (error) {
    // A helper that stops, or is killed, ends the stream in the middle of its chunks.
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
  }
}
