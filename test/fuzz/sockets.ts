import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlledHelper } from '../../helper/control/api.ts';
import { controlApi } from '../../helper/control/api.ts';
import { controlLimits } from '../../helper/control/limits.ts';
import { controlServer } from '../../helper/control/server.ts';
import { errorBodySchema, type HelperEvent } from '../../shared/contract/control-api.ts';
import type { Status } from '../../shared/contract/status.ts';
import { refuseUnsafeProfile } from '../../shared/plan/refusals.ts';
import { defaultSettings } from '../../shared/profile/profile.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { callsTo } from '../unit/support/control-calls.ts';
import { goodPayload, signed } from '../unit/support/invite-fixtures.ts';
import { goodProfileJson, goodWgQuickProfileJson } from '../unit/support/profiles.ts';
import { below, mutatedJson, mutateText, oneOf } from './mutations.ts';
import { checkAccepted } from './parsers.ts';
import { must, type Outcome, type Surface } from './surface.ts';

const since = '2026-01-01T00:00:00.000Z';
const status: Status = {
  helper: { version: '0', apiVersion: 1, pid: 1, startedAt: since, wireguard: 'kernel', residentBytes: 1 },
  tunnel: { state: 'off' },
  timeline: [],
};
const privateKey = 'CFRwf4fLZ0dZbHbHxMWPKBCbZAEFz3gPgmWzkVYCgkk=';

/** A helper with the real rules that does nothing. */
function judgingHelper() {
  let accepted = 0;
  const listeners = new Set<(event: HelperEvent) => void>();
  const helper: ControlledHelper = {
    status: async () => status,
    connect: async ({ profile }) => {
      refuseUnsafeProfile(profile);
      checkAccepted(profile);
      accepted += 1;
    },
    disconnect: async () => undefined,
    setRoute: async () => undefined,
    setKillSwitch: async () => undefined,
    setPortal: async () => undefined,
    probe: async () => ({ controllers: [] }),
    diagnostics: async () => ({ sections: [] }),
    subscribe: (listener) => {
      listeners.add(listener);
      listener({ type: 'snapshot', status });
      return () => listeners.delete(listener);
    },
  };
  return { helper, listeners, accepted: () => accepted };
}

/** PUT /v1/tunnel: only 200, or a 4xx with the reason in its body; and nothing is connected if it is refused. */
function putBody(name: string, good: (random: SeededRandom) => unknown): Surface {
  const { helper, accepted } = judgingHelper();
  const call = callsTo(controlApi(helper));
  return {
    name,
    tryOne: async (random): Promise<Outcome> => {
      const json = JSON.stringify(mutatedJson(random, good(random)));
      const body = random.next() < 0.7 ? json : mutateText(random, json);
      const before = accepted();
      const response = await call('/v1/tunnel', { method: 'PUT', body });
      if (response.status === 200) return 'accepted';
      const { error } = errorBodySchema.parse(await response.json());
      must(
        response.status >= 400 && response.status < 500,
        `${response.status} ${error.code}: ${error.cause}`,
      );
      must(accepted() === before, 'it was refused and connected all the same');
      return 'refused';
    },
  };
}

const requests: readonly [string, ...string[]] = [
  'GET /v1/status HTTP/1.1\r\nHost: h\r\n\r\n',
  'GET /v1/events?refresh=changes HTTP/1.1\r\nHost: h\r\n\r\n',
  'POST /v1/probe HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}',
  'PUT /v1/tunnel HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'DELETE /v1/tunnel HTTP/1.1\r\nHost: h\r\nhoming-api: 1\r\n\r\nGET /v1/status HTTP/1.1\r\nHost: h\r\n\r\n',
];

const waitMs = 30_000;

/** Raw bytes at a real socket, and readers of events that stop: afterwards a valid client is still answered. */
function rawSocket(): Surface {
  const { helper, listeners } = judgingHelper();
  const directory = mkdtempSync(join(tmpdir(), 'homing-fuzz-'));
  const path = join(directory, 's');
  const limits = {
    ...controlLimits,
    idleTimeoutMs: 200,
    requestTimeoutMs: 400,
    readerStallMs: 100,
  };
  const server = controlServer(helper, limits);
  const listening = new Promise<void>((resolve) => server.listen(path, resolve));
  const open = new Set<Socket>();
  const start = (): Socket => {
    const socket = connect(path);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const stopSome = (keep: number): void => {
    for (const socket of [...open].slice(0, Math.max(0, open.size - keep))) socket.destroy();
  };
  return {
    name: 'HTTP bytes and stopped readers',
    everyRounds: 5,
    tryOne: async (random): Promise<Outcome> => {
      await listening;
      const socket = start();
      socket.write(Buffer.from(mutateText(random, oneOf(random, requests)), 'latin1'));
      if (random.next() < 0.5) socket.pause();
      else socket.resume();
      for (const listener of listeners) listener({ type: 'tunnel', tunnel: { state: 'off' } });
      if (random.next() < 0.3) socket.destroy();
      if (below(random, 50) > 0) return 'accepted';
      stopSome(20);
      await answered(start());
      return 'accepted';
    },
    close: () => {
      stopSome(0);
      server.close();
      server.closeAllConnections();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answered(socket: Socket): Promise<void> {
  const text = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(''), waitMs);
    socket.once('data', (chunk) => {
      clearTimeout(timer);
      resolve(String(chunk));
    });
    socket.write(requests[0]);
  });
  socket.destroy();
  must(
    text.startsWith('HTTP/1.1 200'),
    `a good caller was not answered within ${waitMs} ms: ${text.slice(0, 40)}`,
  );
}

export function socketSurfaces(): Surface[] {
  const unsigned = (random: SeededRandom) => ({
    profile: oneOf<() => unknown>(random, [goodProfileJson, goodWgQuickProfileJson])(),
    privateKey,
  });
  const local = { interfaceName: 'hm-wgnet', settings: defaultSettings };
  // Half of the payloads are changed before they are signed, so that the signature is valid.
  const signedBody = (random: SeededRandom) => ({
    invite: random.next() < 0.5 ? signed() : signed(mutatedJson(random, goodPayload())),
    local,
    privateKey,
  });
  return [putBody('PUT body', unsigned), putBody('PUT body with an invite', signedBody), rawSocket()];
}
