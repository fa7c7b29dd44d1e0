import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import { loadProfile, openStore } from '../../client/profiles/profiles.ts';
import type { CliIo } from '../io.ts';
import { upText } from '../text/up-text.ts';

/** Connects a profile of the store. @throws HomingError what the store or the helper refused */
export async function connectProfile(io: CliIo, nameOrId: string | undefined, json: boolean): Promise<void> {
  const startedAt = io.now();
  const client = new HelperClient(socketPathFrom(io.env));
  const status = await client.connect(await loadProfile(openStore(io.env), nameOrId));
  if (json) {
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const text = upText(status, io.now() - startedAt);
  if (text !== undefined) {
    io.stdout.write(text);
    return;
  }
  const { stateText } = await import('../text/status-text.ts');
  io.stdout.write(`${stateText(status)}\n`);
}
