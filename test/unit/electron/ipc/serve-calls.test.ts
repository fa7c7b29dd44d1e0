import { expect, test, vi } from 'vitest';
import { type CallHandlers, serveCalls } from '../../../../electron/ipc/serve-calls.ts';
import { isOurPage } from '../../../../electron/shell/lockdown.ts';
import { type CallName, calls } from '../../../../shared/contract/app-ipc.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { problem } from '../../support/app-fixtures.ts';

/** Who may call, and with what; the e2e tests check it in Electron. */
vi.mock('electron', () => ({ app: {}, protocol: {} }));

type Handler = (event: never, name: unknown, input: unknown) => Promise<unknown>;

function served(isOurs = true) {
  const called: [string, unknown][] = [];
  const names = Object.keys(calls) as CallName[];
  const handlers = Object.fromEntries(
    names.map((name) => [name, (input: unknown) => void called.push([name, input])]),
  ) as unknown as CallHandlers;
  let handler: Handler | undefined;
  serveCalls(
    {
      handle: (_channel, listener) => {
        handler = listener as Handler;
      },
    },
    handlers,
    () => isOurs,
  );
  const call = (name: unknown, input?: unknown) => handler?.({} as never, name, input);
  return { call, called, handlers };
}

const refused = { ok: false, problem: expect.objectContaining({ code: 'call-refused' }) };

test('a call of the contract reaches its handler with what was checked', async () => {
  const { call, called } = served();
  expect(await call('probe', { controller: 'nas' })).toEqual({ ok: true, value: undefined });
  expect(called).toEqual([['probe', { controller: 'nas' }]]);
});

test('another sender, another name, another payload: refused, and nothing is called', async () => {
  const { call, called } = served();
  expect(await served(false).call('disconnect')).toEqual(refused);
  expect(await call('toString', {})).toEqual(refused);
  expect(await call(42)).toEqual(refused);
  expect(await call('connect', { profileId: 'a'.repeat(16), extra: 1 })).toEqual(refused);
  expect(await call('disconnect', 'now')).toEqual(refused);
  expect(called).toEqual([]);
});

test('an error of a handler is returned as its problem', async () => {
  const { call, handlers } = served();
  Object.assign(handlers, {
    disconnect: () => {
      throw new HomingError(problem);
    },
  });
  expect(await call('disconnect')).toEqual({ ok: false, problem });
});

test.each([
  ['the main frame of our page', { parent: null, url: 'app://homing/index.html' }, true],
  ['a frame inside of it', { parent: {}, url: 'app://homing/index.html' }, false],
  ['another page', { parent: null, url: 'https://example.com/' }, false],
  ['a page whose address only begins alike', { parent: null, url: 'app://homing.example/index.html' }, false],
  ['a frame that is gone', null, false],
])('%s is ours: %o', (_, senderFrame, isOurs) => {
  expect(isOurPage({ senderFrame } as never)).toBe(isOurs);
});
