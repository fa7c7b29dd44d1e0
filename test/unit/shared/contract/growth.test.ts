import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { helperEvents } from '../../../../client/event-stream.ts';
import { controlApi } from '../../../../helper/control/api.ts';
import {
  diagnosticsSchema,
  errorBodySchema,
  type HelperEvent,
  probeResponseSchema,
} from '../../../../shared/contract/control-api.ts';
import type { TunnelRequest } from '../../../../shared/contract/requests.ts';
import { type Status, statusSchema } from '../../../../shared/contract/status.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { callsTo } from '../../support/control-calls.ts';
import { notUnderstood } from '../../support/schema-growth.ts';
import previousAnswers from './previous/answers.json' with { type: 'json' };
import {
  previousDiagnosticsSchema,
  previousErrorSchema,
  previousEvent,
  previousProbeResponseSchema,
  previousStatusSchema,
} from './previous/contract.ts';
import previousRequests from './previous/requests.json' with { type: 'json' };

/** Every object of a JSON value with one more field, as a newer helper may send it. */
function grown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(grown);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, grown(inner)]);
  return { ...Object.fromEntries(entries), addedLater: { why: 'a newer helper knows more' } };
}

const statuses: readonly Status[] = previousAnswers.statuses.map((status) => statusSchema.parse(status));

function helperWith(status: Status) {
  const connected: TunnelRequest[] = [];
  const events: readonly HelperEvent[] = [
    { type: 'snapshot', status },
    { type: 'tunnel', tunnel: status.tunnel },
    ...status.timeline.map((decision) => ({ type: 'decision', decision }) as const),
  ];
  const call = callsTo(
    controlApi({
      status: async () => status,
      connect: async (request) => void connected.push(request),
      setRoute: async () => undefined,
      setKillSwitch: async () => undefined,
      setPortal: async () => undefined,
      disconnect: async () => {
        throw new HomingError({
          code: 'tunnel-failed',
          title: 'It failed',
          cause: 'wg failed.',
          remedy: 'Wait.',
        });
      },
      probe: async () => probeResponseSchema.parse(previousAnswers.probe),
      diagnostics: async () => ({ sections: [{ title: 'a', text: 'b' }] }),
      subscribe: (listener) => {
        for (const event of events) listener(event);
        return () => undefined;
      },
    }),
  );
  return { call, connected, events };
}

async function json(response: Response | Promise<Response>): Promise<unknown> {
  return await (await response).json();
}

/** The first events of a stream, as their JSON. */
async function streamed(body: ReadableStream<Uint8Array> | null, count: number): Promise<unknown[]> {
  if (body === null) throw new Error('the stream has no body');
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const found = () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
  while (found().length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return found();
}

describe('a client of the previous contract, with the helper of today', () => {
  test.each(statuses.map((status) => [status.tunnel.state, status] as const))(
    'reads the status of a tunnel that is %s',
    async (_state, status) => {
      const answer = await json(helperWith(status).call('/v1/status'));
      expect(answer).toMatchObject(previousStatusSchema.parse(answer));
    },
  );

  test('reads events, probes, diagnostics and refusals', async () => {
    for (const status of statuses) {
      const { call, events } = helperWith(status);
      const stream = await call('/v1/events');
      const read = (await streamed(stream.body, events.length)).map(previousEvent);
      expect(events).toMatchObject(read);
      const probed = await json(call('/v1/probe', { method: 'POST', body: '{}' }));
      expect(probed).toMatchObject(previousProbeResponseSchema.parse(probed));
      previousDiagnosticsSchema.parse(await json(call('/v1/diagnostics')));
      previousErrorSchema.parse(await json(call('/v1/tunnel', { method: 'DELETE' })));
    }
  });

  test('may connect every profile it stored, and ask for a probe', async () => {
    const [status] = statuses;
    if (status === undefined) throw new Error('there is no status');
    const { call, connected } = helperWith(status);
    for (const request of previousRequests.connect) {
      const response = await call('/v1/tunnel', { method: 'PUT', body: JSON.stringify(request) });
      expect(response.status, await response.text()).toBe(200);
    }
    expect(connected.map(({ profile }) => profile)).toMatchObject(
      previousRequests.connect.map(({ profile }) => profile),
    );
    for (const request of previousRequests.probe) {
      const response = await call('/v1/probe', { method: 'POST', body: JSON.stringify(request) });
      expect(response.status).toBe(200);
    }
  });
});

describe.each([
  ['of the previous contract', (value: unknown) => value],
  ['of a later contract, with a field more in every object', grown],
])('the client of today, with a helper %s', (_name, answer) => {
  test('reads every answer with the values it knows', () => {
    for (const status of previousAnswers.statuses) {
      expect(statusSchema.parse(answer(status))).toMatchObject(status);
    }
    expect(probeResponseSchema.parse(answer(previousAnswers.probe))).toMatchObject(previousAnswers.probe);
    expect(diagnosticsSchema.parse(answer(previousAnswers.diagnostics))).toMatchObject(
      previousAnswers.diagnostics,
    );
    expect(errorBodySchema.parse(answer(previousAnswers.refusal))).toMatchObject(previousAnswers.refusal);
  });

  test('reads the event stream, and passes over an event it does not know', async () => {
    const unknown = { type: 'added-later', what: 1 };
    const sent = [unknown, ...previousAnswers.events.map(answer)];
    const text = sent.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const read: unknown[] = [];
    for await (const event of helperEvents({ status: 200, body: Readable.from([Buffer.from(text)]) })) {
      read.push(event);
    }
    expect(read).toMatchObject(previousAnswers.events);
  });
});

/** New kinds of decision are allowed: a program shows an unknown kind by its reason. */
const exceptKinds = (misreadings: readonly string[]) =>
  misreadings.filter((misreading) => !misreading.includes('/kind: '));

test.each([
  ['status', statusSchema, previousStatusSchema],
  ['probe response', probeResponseSchema, previousProbeResponseSchema],
  ['diagnostics', diagnosticsSchema, previousDiagnosticsSchema],
  ['refusal', errorBodySchema, previousErrorSchema],
] as const)(
  'every %s of today is one that the previous contract reads, and the other way round',
  (_what, today, previous) => {
    expect(exceptKinds(notUnderstood(today, previous))).toEqual([]);
    expect(exceptKinds(notUnderstood(previous, today))).toEqual([]);
  },
);

test('a value that a client does not know, and a field that it misses, are noticed', () => {
  const before = z.object({ path: z.enum(['lan', 'none']), names: z.int() });
  expect(notUnderstood(before.extend({ path: z.enum(['lan', 'none', 'moon']) }), before)).toEqual([
    '/path: moon is not known',
  ]);
  expect(notUnderstood(before.partial({ names: true }), before)).toEqual([
    '/names: expected, and not always written',
  ]);
  expect(notUnderstood(before.extend({ more: z.string() }), before)).toEqual([]);
});

test('a kind of decision that a program does not know becomes another one, with its reason', () => {
  const [status] = previousAnswers.statuses;
  const [decision] = status?.timeline ?? [];
  const timeline = [{ ...decision, kind: 'added-later', reason: 'because' }];
  expect(statusSchema.parse({ ...status, timeline }).timeline).toMatchObject([
    { kind: 'other', reason: 'because' },
  ]);
});
