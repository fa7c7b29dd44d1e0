import { helperEvents } from '../../client/event-stream.ts';
import type { HelperClient } from '../../client/helper-client.ts';
import { helperNotRunning } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';
import { decisionLine, stateText, statusText } from '../text/status-text.ts';

/**
 * Prints the status once, then a line for each decision and each change of state, until interrupted.
 * @throws HomingError `helper-not-running` when the helper stops
 */
export async function watchStatus(io: CliIo, client: HelperClient, json: boolean): Promise<void> {
  let lastState = '';
  for await (const event of helperEvents(await client.openEvents('all'))) {
    if (json) {
      io.stdout.write(`${JSON.stringify(event)}\n`);
    } else if (event.type === 'snapshot') {
      io.stdout.write(`${statusText(event.status, io.now())}\n\n`);
      lastState = stateText(event.status);
    } else if (event.type === 'decision') {
      io.stdout.write(`${decisionLine(event.decision)}\n`);
    } else if (event.type === 'tunnel') {
      const state = stateText(event);
      if (state !== lastState) io.stdout.write(`${state}\n`);
      lastState = state;
    }
  }
  throw helperNotRunning('the event stream', 'the helper ended it');
}
