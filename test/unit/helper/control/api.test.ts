import { describe, expect, test } from 'vitest';
import { type ControlledHelper, controlApi } from '../../../../helper/control/api.ts';
import { errorBodySchema } from '../../../../shared/contract/control-api.ts';
import { bodyLimitBytes } from '../../../../shared/contract/requests.ts';
import type { Status } from '../../../../shared/contract/status.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { profileFromInvite } from '../../../../shared/invite/profile-from-invite.ts';
import { verifyInvite } from '../../../../shared/invite/read-invite.ts';
import { defaultSettings } from '../../../../shared/profile/profile.ts';
import { callsTo } from '../../support/control-calls.ts';
import { signed } from '../../support/invite-fixtures.ts';
import { goodProfileJson } from '../../support/profiles.ts';

const status: Status = {
  helper: {
    version: '0.0.0',
    apiVersion: 1,
    pid: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    wireguard: 'kernel',
    residentBytes: 1,
  },
  tunnel: { state: 'off' },
  timeline: [],
};
const privateKey = 'CFRwf4fLZ0dZbHbHxMWPKBCbZAEFz3gPgmWzkVYCgkk=';

function apiOf(change: Partial<ControlledHelper> = {}) {
  const connected: unknown[] = [];
  const helper: ControlledHelper = {
    status: async () => status,
    connect: async (request) => {
      connected.push(request);
    },
    setRoute: async () => undefined,
    setKillSwitch: async () => undefined,
    setPortal: async () => undefined,
    disconnect: async () => undefined,
    probe: async () => ({ controllers: [] }),
    diagnostics: async () => ({ sections: [] }),
    subscribe: () => () => undefined,
    ...change,
  };
  return { request: callsTo(controlApi(helper)), connected };
}

async function refused(response: Response) {
  expect(response.headers.get('homing-api')).toBe('1');
  const { error } = errorBodySchema.parse(await response.json());
  for (const text of [error.title, error.cause, error.remedy]) expect(text).not.toBe('');
  return { status: response.status, ...error };
}

test('every answer carries the version of the API', async () => {
  const response = await apiOf().request('/v1/status');
  expect(response.status).toBe(200);
  expect(response.headers.get('homing-api')).toBe('1');
  expect(await response.json()).toEqual(status);
});

describe('a call is refused with a sentence', () => {
  const put = (body: string, headers: Record<string, string> = {}) =>
    apiOf().request('/v1/tunnel', { method: 'PUT', body, headers });
  const request = { profile: goodProfileJson(), privateKey };

  test('when its path or method is unknown', async () => {
    const { request } = apiOf();
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/v2/status'],
      ['PATCH', '/v1/tunnel'],
      ['GET', '/v1/../etc/passwd'],
    ] as const)
      expect(await refused(await request(path, { method }))).toMatchObject({
        status: 404,
        code: 'no-such-call',
      });
  });

  test.each([['{'], [''], ['null'], ['[]'], ['"x"'], ['{}'], [JSON.stringify({ ...request, more: 1 })]])(
    'when its body is %s',
    async (body) => {
      expect(await refused(await put(body))).toMatchObject({ status: 400, code: 'bad-request' });
    },
  );

  test.each([
    ['the whole body', (bomb: string) => bomb],
    ['the profile', (bomb: string) => `{"privateKey":"x","profile":${bomb}}`],
    [
      'a field of the profile',
      (bomb: string) => `{"privateKey":"x","profile":{"origin":"invite","id":${bomb}}}`,
    ],
  ])('when %s is nested a million deep: the caller’s mistake, not a fault of ours', async (_, bodyOf) => {
    const depth = 1_000_000;
    const refusal = await refused(await put(bodyOf(`${'['.repeat(depth)}${']'.repeat(depth)}`)));
    expect(refusal).toMatchObject({ status: 400, code: 'bad-request' });
  });

  test('when its private key is none, without repeating it', async () => {
    const secret = 'not-a-key-but-secret';
    const refusal = await refused(await put(JSON.stringify({ ...request, privateKey: secret })));
    expect(refusal).toMatchObject({ status: 400, code: 'bad-request' });
    expect(JSON.stringify(refusal)).not.toContain(secret);
  });

  test('when its body is larger than 4 MiB', async () => {
    const response = await put('x'.repeat(bodyLimitBytes + 1));
    expect(await refused(response)).toMatchObject({ status: 413, code: 'too-large' });
  });

  test.each([
    ['0', 'helper-too-new'],
    ['2', 'helper-too-old'],
    ['x', 'helper-too-new'],
  ])('when it asks for version %s of the API', async (version, code) => {
    const response = await put(JSON.stringify(request), { 'homing-api': version });
    expect(await refused(response)).toMatchObject({ status: 400, code });
  });
});

test('a good request reaches the helper with its parsed profile', async () => {
  const { request, connected } = apiOf();
  const body = JSON.stringify({ profile: goodProfileJson(), privateKey });
  expect((await request('/v1/tunnel', { method: 'PUT', body })).status).toBe(200);
  expect(connected).toEqual([{ profile: goodProfileJson(), privateKey }]);
});

test.each([
  ['interface-taken', 409],
  ['no-wireguard', 503],
  ['tunnel-failed', 500],
  ['profile-refused', 400],
])('a helper that answers %s gives HTTP status %i', async (code, expected) => {
  const problem = { code, title: 't', cause: 'c', remedy: 'r' };
  const { request } = apiOf({ disconnect: () => Promise.reject(new HomingError(problem)) });
  expect(await refused(await request('/v1/tunnel', { method: 'DELETE' }))).toMatchObject({
    status: expected,
    ...problem,
  });
});

test('an internal fault of the helper is reported as such', async () => {
  const { request } = apiOf({ status: () => Promise.reject(new Error('what was not thought of')) });
  expect(await refused(await request('/v1/status'))).toMatchObject({
    status: 500,
    code: 'internal',
    cause: 'what was not thought of',
  });
});

describe('of a signed network', () => {
  const local = { interfaceName: 'hm-mine', settings: { ...defaultSettings, shortNames: true } };
  async function put(request: unknown) {
    const connected: unknown[] = [];
    const { request: call } = apiOf({ connect: async (...given) => void connected.push(given) });
    const response = await call('/v1/tunnel', { method: 'PUT', body: JSON.stringify(request) });
    return { response, connected };
  }

  test('the helper derives the profile from the invite, and takes only settings and interface name from the request', async () => {
    const { response, connected } = await put({ invite: `${signed()}\n`, local, privateKey });
    expect(response.status).toBe(200);
    const invite = verifyInvite(signed());
    expect(connected).toEqual([
      [{ profile: { ...profileFromInvite(invite), ...local }, privateKey }, invite],
    ]);
  });

  test.each([
    ['an altered invite', { invite: `${signed().slice(0, -4)}AAAA`, local, privateKey }],
    ['a profile beside the invite', { invite: signed(), profile: goodProfileJson(), local, privateKey }],
    ['names beside the settings', { invite: signed(), local: { ...local, machines: [] }, privateKey }],
    ['another interface', { invite: signed(), local: { ...local, interfaceName: 'eth0' }, privateKey }],
    ['no string', { invite: null, local, privateKey }],
  ])('%s is refused', async (_, request) => {
    const { response, connected } = await put(request);
    expect(await refused(response)).toMatchObject({ status: 400 });
    expect(connected).toEqual([]);
  });
});
