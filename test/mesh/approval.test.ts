import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromBase64url } from '../../shared/invite/base64url.ts';
import { signCompact } from '../../shared/invite/jws.ts';
import { generateSigningKey, parseSigningKey, type SigningKey } from '../../shared/invite/network-key.ts';
import { defaultSettings } from '../../shared/profile/profile.ts';
import { ping } from '../lab/ping.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { rawCall } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { type StoredProfile, storedProfile, withValue } from './support/stored-profile.ts';

/**
 * Malware of the user and the real helper: with the switch of the installation on, it can connect and disconnect what an
 * administrator allowed, and nothing else. Each step begins where the previous one ended.
 */

let mesh: SmallMesh;
let laptop: InstalledHost;
let stored: StoredProfile;
let invite: string;
let signingKey: SigningKey;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  stored = await storedProfile(laptop);
  invite = (await laptop.host.readFile(`${stored.directory}/invite.homing`)).trim();
  const keyFile = `${laptop.user.home}/${smallMesh.network}.signing-key`;
  signingKey = parseSigningKey(await laptop.host.readFile(keyFile), keyFile);
  await laptop.startHelper();
  await laptop.host.writeFile('/var/lib/homing/ask-administrator', '', 0o600);
});
afterAll(() => mesh?.destroy());

/** The invite with another value, signed again. */
function resigned(path: readonly (string | number)[], value: unknown, key = signingKey): string {
  const bytes = fromBase64url(invite.split('.')[1] ?? '') ?? new Uint8Array();
  return signCompact(withValue(JSON.parse(new TextDecoder().decode(bytes)), path, value), key);
}

async function put(body: unknown): Promise<{ readonly status: number; readonly code: string | undefined }> {
  const { status, text } = await rawCall(laptop.host, 'PUT', '/v1/tunnel', JSON.stringify(body));
  return { status, code: /"code":"([a-z-]+)"/.exec(text)?.[1] };
}

const putInvite = (text: string, interfaceName: string = smallMesh.interfaceName) =>
  put({
    invite: text,
    local: { interfaceName, settings: defaultSettings },
    privateKey: stored.privateKey,
  });
const putProfile = (profile: unknown) => put({ profile, privateKey: stored.privateKey });

let command: readonly string[];

test('the first connection is refused with the six words and what an administrator runs; nothing changes', async () => {
  const before = await laptop.host.snapshot();
  const { code, stderr } = await laptop.homing(['up']);
  expect(code).toBe(6);
  expect(stderr).toContain(`An administrator must allow "${smallMesh.network}" first`);
  command = /run: sudo (.*)\n/.exec(stderr)?.[1]?.split(' ') ?? [];
  expect(command.slice(-4, -2)).toEqual(['allow', smallMesh.network]);
  expect(diffSnapshots(before, await laptop.host.snapshot())).toEqual([]);
});

test('the user cannot allow it', async () => {
  const { code, stderr } = await laptop.host.exec(command, { user: laptop.user });
  expect([code, stderr]).toEqual([1, expect.stringContaining('Only root can allow a network')]);
  expect((await laptop.homing(['up'])).code).toBe(6);
});

test('an administrator’s approval is written where the helper reads it, and nowhere else', async () => {
  const elsewhere = await laptop.host.exec([...command, '--state', '/run/elsewhere']);
  expect([elsewhere.code, elsewhere.stderr]).toEqual([
    1,
    expect.stringContaining('This does not describe one network'),
  ]);
  expect((await laptop.host.exec(['ls', '/run/elsewhere'])).code).not.toBe(0);
});

test('allowed by an administrator it connects, now and later', async () => {
  expect(await laptop.host.run(command)).toContain('may be connected now');
  await laptop.mustHoming(['up']);
  expect((await ping(laptop.host, `nas.${smallMesh.network}`)).received).toBe(3);
  await laptop.mustHoming(['down']);
  await laptop.mustHoming(['up']);
  await laptop.mustHoming(['down']);
});

test('a network of the user’s own, signed or not, is refused', async () => {
  expect(await putInvite(resigned(['network', 'name'], 'mine', generateSigningKey()))).toMatchObject({
    status: 400,
  });
  expect(await putInvite(resigned(['serial'], 99, generateSigningKey()))).toEqual({
    status: 403,
    code: 'network-key-changed',
  });
  expect(await putProfile(stored.profile)).toEqual({ status: 403, code: 'approval-needed' });
});

test('a changed profile on disk changes nothing: names and routes come from the invite', async () => {
  const path = `${stored.directory}/profile.json`;
  const text = await laptop.host.readFile(path);
  const evil = withValue(stored.profile, ['machines', 0, 'name'], 'mail');
  await laptop.host.writeFile(path, JSON.stringify(evil));
  await laptop.mustHoming(['up']);
  expect(await laptop.host.readFile('/etc/hosts')).not.toContain('mail');
  await laptop.mustHoming(['down']);
  await laptop.host.writeFile(path, text);
});

test('of invites sent at once, the newest is the last to connect', async () => {
  const serials = [40, 31, 32];
  const answers = await Promise.all(
    serials.map((serial) => putInvite(resigned(['serial'], serial), `hm-serial${serial}`)),
  );
  expect(answers[0]).toMatchObject({ status: 200 });
  for (const answer of answers)
    if (answer.status !== 200) expect(answer).toEqual({ status: 400, code: 'invite-older-serial' });
  expect(await laptop.host.run(['ls', '/sys/class/net'])).toMatch(/^hm-serial40$/m);
  await laptop.mustHoming(['down']);
});

test('an older invite is refused once a newer one was connected, also by the next helper', async () => {
  expect(await putInvite(resigned(['serial'], 50))).toMatchObject({ status: 200 });
  await laptop.mustHoming(['down']);
  await laptop.killHelper();
  await laptop.startHelper();
  expect(await putInvite(invite)).toEqual({ status: 400, code: 'invite-older-serial' });
  expect((await laptop.status()).tunnel.state).toBe('off');
});
