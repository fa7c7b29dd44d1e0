import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { helperEvents } from '../../../client/event-stream.ts';
import { HelperClient } from '../../../client/helper-client.ts';
import { controlServer } from '../../../helper/control/server.ts';
import type { HelperEvent } from '../../../shared/contract/control-api.ts';
import { statusSchema } from '../../../shared/contract/status.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import previous from '../shared/contract/previous/answers.json' with { type: 'json' };

/**
 * The client over a real socket, with the helper's own server behind it. The client trusts only directories that root
 * owns.
 */

const isRoot = process.getuid?.() === 0;
const status = statusSchema.parse(previous.statuses[0]);

let folder: string;
let server: Server;
let client: HelperClient;
let listener: (event: HelperEvent) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'homing-client-'));
  await chmod(folder, 0o755);
  server = controlServer({
    status: async () => status,
    connect: async () => undefined,
    disconnect: async () => {
      throw new HomingError({
        code: 'tunnel-failed',
        title: 'It failed',
        cause: 'wg failed.',
        remedy: 'Wait.',
      });
    },
    setRoute: async () => undefined,
    setKillSwitch: async () => undefined,
    setPortal: async () => undefined,
    probe: async () => ({ controllers: [] }),
    diagnostics: async () => ({ sections: [{ title: 'long', text: 'é'.repeat(300_000) }] }),
    subscribe: (to) => {
      listener = to;
      to({ type: 'snapshot', status });
      return () => undefined;
    },
  });
  const path = join(folder, 's');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  client = new HelperClient(path);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test.runIf(isRoot)('reads answers of any length, and refusals', async () => {
  expect(await client.status()).toEqual(status);
  expect((await client.diagnostics()).sections[0]?.text).toHaveLength(300_000);
  await expect(client.disconnect()).rejects.toMatchObject({ problem: { code: 'tunnel-failed' } });
});

test.runIf(isRoot)('reads each event as it happens, and ends when it is aborted', async () => {
  const end = new AbortController();
  const events: HelperEvent[] = [];
  const read = async (): Promise<void> => {
    for await (const event of helperEvents(await client.openEvents('all', end.signal))) {
      events.push(event);
      if (events.length === 1) listener({ type: 'tunnel', tunnel: { state: 'off' } });
      if (events.length === 2) end.abort();
    }
  };
  await expect(read()).rejects.toThrow(/abort/i);
  expect(events).toEqual([
    { type: 'snapshot', status },
    { type: 'tunnel', tunnel: { state: 'off' } },
  ]);
});

test.runIf(isRoot)('the events end without an error when the helper stops or is killed', async () => {
  const events: HelperEvent[] = [];
  for await (const event of helperEvents(await client.openEvents('all'))) {
    events.push(event);
    server.closeAllConnections();
  }
  expect(events).toEqual([{ type: 'snapshot', status }]);
});

test.runIf(isRoot)('reports that the helper does not answer when it closes the connection', async () => {
  server.removeAllListeners('request');
  server.on('request', (request) => request.socket.destroy());
  await expect(client.status()).rejects.toMatchObject({ problem: { code: 'helper-not-running' } });
});
