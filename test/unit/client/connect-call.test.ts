import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { connectCall } from '../../../client/connect-call.ts';
import { tunnelRequestSchema } from '../../../shared/contract/requests.ts';
import { goodProfileJson } from '../support/profiles.ts';

/** The client with a helper of the previous contract, which knows only the profile itself, over a real socket. */

let folder: string;
afterEach(() => rm(folder, { recursive: true }));

const privateKey = 'CFRwf4fLZ0dZbHbHxMWPKBCbZAEFz3gPgmWzkVYCgkk=';
const unsigned = JSON.stringify({ profile: goodProfileJson(), privateKey });

/** @param answer the status and body for a request @returns the socket's path, and the bodies received */
async function helperThat(answer: (body: unknown) => readonly [number, unknown]) {
  folder = mkdtempSync(join(tmpdir(), 'homing-connect-'));
  await chmod(folder, 0o755);
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      bodies.push(text);
      const [status, body] = answer(JSON.parse(text));
      response.writeHead(status, { 'homing-api': '1' }).end(JSON.stringify(body));
    });
  });
  onTestFinished(() => void server.close());
  const path = join(folder, 's');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { path, bodies };
}

const refusal = (code: string) => ({ error: { code, title: 'a', cause: 'b', remedy: 'c' } });

test.runIf(process.getuid?.() === 0)('an older helper gets the profile itself', async () => {
  const { path, bodies } = await helperThat((body) =>
    tunnelRequestSchema.safeParse(body).success ? [200, { state: 'ok' }] : [400, refusal('bad-request')],
  );
  expect(await connectCall(path, { signed: '{"invite":"x"}', unsigned })).toEqual({ state: 'ok' });
  expect(bodies).toEqual(['{"invite":"x"}', unsigned]);
});

test.runIf(process.getuid?.() === 0)(
  'any other refusal is final: a refused invite is not sent again as an unsigned profile',
  async () => {
    const { path, bodies } = await helperThat(() => [403, refusal('approval-needed')]);
    await expect(connectCall(path, { signed: '{"invite":"x"}', unsigned })).rejects.toThrow();
    expect(bodies).toEqual(['{"invite":"x"}']);
  },
);
