import { createParser } from 'eventsource-parser';
import { type HelperEvent, parseEvent } from '../shared/contract/control-api.ts';
import { codeOf } from '../shared/errors/code-of.ts';
import type { HelperAnswer } from './helper-call.ts';

/**
 * The events of an open stream: first the snapshot, then changes. Ends when the helper stops.
 * @throws ZodError on an event that violates the contract
 */
export async function* helperEvents({ body }: HelperAnswer): AsyncGenerator<HelperEvent> {
  const ready: HelperEvent[] = [];
  const parser = createParser({
    onEvent: (message) => {
      const event = parseEvent(JSON.parse(message.data));
      if (event !== undefined) ready.push(event);
    },
  });
  body.setEncoding('utf8');
  try {
    for await (const chunk of body) {
      parser.feed(String(chunk));
      for (let event = ready.shift(); event !== undefined; event = ready.shift()) yield event;
    }
  } catch (error) {
    // A helper that stops or is killed ends the stream in the middle of a chunk.
    if (codeOf(error) !== 'ECONNRESET') throw error;
  }
}
