import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeSettings } from '../../../../client/profiles/change-settings.ts';
import { configDir } from '../../../../client/profiles/config-dir.ts';
import { commit, type ImportResult, prepare } from '../../../../client/profiles/import-profile.ts';
import { joinCardOf } from '../../../../client/profiles/join-card.ts';
import { withLock } from '../../../../client/profiles/lock.ts';
import {
  findProfile,
  forgetProfile,
  listProfiles,
  loadProfile,
} from '../../../../client/profiles/profiles.ts';
import { openStore, type ProfileStore } from '../../../../client/profiles/store.ts';
import { planAddresses } from '../../../../shared/addresses/plan.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { publicKeyOf } from '../../../../shared/keys/probe-key.ts';
import {
  badInvites,
  goodPayload,
  nasKey,
  nowMs,
  otherSigningKey,
  payloadWith,
  signed,
} from '../../support/invite-fixtures.ts';

const wgQuickKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const wgQuickFile = `[Interface]\nPrivateKey = ${wgQuickKey}\nAddress = 10.42.1.2/16\n[Peer]\nPublicKey = ${nasKey}\nAllowedIPs = 10.42.0.0/16\nEndpoint = 198.51.100.7:51820\n`;

let store: ProfileStore;
beforeEach(async () => {
  store = openStore({ HOMING_CONFIG_DIR: await mkdtemp(join(tmpdir(), 'homing-store-')) });
});
afterEach(async () => {
  await rm(store.directory, { recursive: true, force: true });
});

/** Every file of the store with its content and its mode. */
async function onDisk(): Promise<Record<string, string>> {
  const entries = await readdir(store.directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const content = await Promise.all(
    files.map(async (path) => [path, `${(await stat(path)).mode & 0o777} ${await readFile(path, 'utf8')}`]),
  );
  return Object.fromEntries(content);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'not refused',
    (error) => (error instanceof HomingError ? error.problem.code : String(error)),
  );
}

/** An invite of another network, signed with another key. */
function otherNetwork(name: string): string {
  const payload = goodPayload();
  const controllers = payload.controllers.map((controller) => ({
    ...controller,
    subnet: planAddresses(name, controller.name).subnet,
  }));
  return signed({ ...payload, network: { name, domain: name }, controllers }, otherSigningKey);
}

async function importText(text: string, fileName = ''): Promise<ImportResult> {
  return await commit(store, await prepare(store, { text, fileName, nowMs }));
}

const profileFile = (id: string) => join(store.directory, 'profiles', id, 'profile.json');

describe('the profile store', () => {
  it.each([
    [{ HOMING_CONFIG_DIR: '/x', XDG_CONFIG_HOME: '/y', HOME: '/h' }, '/x'],
    [{ XDG_CONFIG_HOME: '/y', HOME: '/h' }, '/y/homing'],
    [{ XDG_CONFIG_HOME: 'relative', HOME: '/h' }, '/h/.config/homing'],
  ])('is found with %o at %s', (env, path) => {
    expect(configDir(env)).toBe(path);
  });

  it('is empty before the first import, and after being read', async () => {
    expect(await listProfiles(store)).toEqual({ profiles: [], damaged: [] });
    await prepare(store, { text: signed(), fileName: '', nowMs });
    expect(await readdir(store.directory)).toEqual([]);
    expect(await codeOf(findProfile(store))).toBe('no-profile');
  });

  it('keeps an invite with a new key that only its user can read', async () => {
    const { kind, profile } = await importText(signed());
    expect(kind).toBe('new');
    const { privateKey } = await loadProfile(store, 'wgnet');
    expect((await joinCardOf(store)).publicKey).toBe(publicKeyOf(privateKey));
    const directory = join(store.directory, 'profiles', profile.id);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory))
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    expect((await readdir(directory)).sort()).toEqual(['invite.homing', 'private.key', 'profile.json']);
    expect(await readFile(join(directory, 'profile.json'), 'utf8')).not.toContain(privateKey);
  });

  it('keeps the key and the settings at an update', async () => {
    const { profile } = await importText(signed());
    const before = await loadProfile(store);
    const settings = { ...profile.settings, shortNames: true };
    await writeFile(profileFile(profile.id), JSON.stringify({ ...profile, settings }));
    const update = await importText(signed(payloadWith(['serial'], 4)));
    const after = await loadProfile(store);
    expect(update).toMatchObject({ kind: 'update', differences: [{ what: 'serial', from: '3', to: '4' }] });
    expect(after.privateKey).toBe(before.privateKey);
    expect(after.profile).toMatchObject({ settings, serial: 4 });
  });

  it.each(badInvites())('refuses %s and changes nothing on disk', async (_, text, code) => {
    await importText(signed(payloadWith(['serial'], 1)));
    const before = await onDisk();
    expect(await codeOf(importText(text))).toBe(code);
    expect(await onDisk()).toEqual(before);
  });

  it.each([
    ['the same serial', () => signed(), 'invite-same-serial'],
    [
      'the same serial and other content',
      () => signed(payloadWith(['controllers', 0, 'endpoints', 'public'], ['198.51.100.8:51820'])),
      'invite-same-serial-other-content',
    ],
    [
      'the same serial and only a later time of issue',
      () => signed(payloadWith(['issuedAt'], nowMs / 1000 + 60)),
      'invite-same-serial',
    ],
    ['a lower serial', () => signed(payloadWith(['serial'], 2)), 'invite-older-serial'],
    ['another key', () => signed(payloadWith(['serial'], 9), otherSigningKey), 'invite-other-key'],
  ])('refuses an update with %s and changes nothing on disk', async (_, text, code) => {
    await importText(signed());
    const before = await onDisk();
    expect(await codeOf(importText(text()))).toBe(code);
    expect(await onDisk()).toEqual(before);
  });

  it('imports a wg-quick file with its own key, and again as an update', async () => {
    expect((await importText(wgQuickFile, 'home.conf')).kind).toBe('new');
    expect((await loadProfile(store, 'home')).privateKey).toBe(wgQuickKey);
    expect((await importText(wgQuickFile, 'home.conf')).kind).toBe('update');
    expect(await codeOf(importText(wgQuickFile.replace(wgQuickKey, nasKey), 'home.conf'))).toBe(
      'profile-name-taken',
    );
  });

  it('keeps the names and settings of the laptop when a wg-quick file comes again', async () => {
    const names = { network: 'home', members: new Map([['controller-1', 'nas']]) };
    const source = { text: wgQuickFile, fileName: 'wg0.conf', nowMs };
    await commit(store, await prepare(store, { ...source, names }));
    await changeSettings(store, 'home', { shortNames: true, listenPort: 51_901 });
    const changed = wgQuickFile.replace('10.42.0.0/16', '10.42.0.0/15');
    const { kind, profile, differences } = await importText(changed, 'wg0 (1).conf');
    expect(kind).toBe('update');
    expect(profile.network.name).toBe('home');
    expect(profile.controllers.map(({ name }) => name)).toEqual(['nas']);
    expect(profile.settings).toMatchObject({ shortNames: true, listenPort: 51_901 });
    expect(differences.map(({ what }) => what)).toEqual(['controller nas']);
    expect((await listProfiles(store)).profiles).toHaveLength(1);
  });

  it('refuses at import what the helper would refuse, and other names for an invite', async () => {
    const loop = wgQuickFile.replace('10.42.0.0/16', '127.0.0.0/8');
    expect(await codeOf(importText(loop, 'home.conf'))).toBe('profile-refused');
    const source = { text: signed(), fileName: '', nowMs, names: { network: 'home' } };
    expect(await codeOf(prepare(store, source))).toBe('names-of-invite');
    expect(await onDisk()).toEqual({});
  });

  it('gives two networks two interfaces, though their names are cut to the same', async () => {
    await importText(wgQuickFile, 'a-network-with-a-long-name.conf');
    const second = wgQuickFile.replace(wgQuickKey, nasKey);
    const { profile } = await importText(second, 'a-network-with-a-longer-name.conf');
    expect((await listProfiles(store)).profiles.map(({ interfaceName }) => interfaceName)).toEqual([
      'hm-a-network-wi',
      'hm-a-network-w2',
    ]);
    expect(profile.interfaceName).toBe('hm-a-network-w2');
  });

  it('refuses to choose between two networks', async () => {
    await importText(signed());
    await importText(otherNetwork('other'));
    expect(await codeOf(findProfile(store))).toBe('which-profile');
    expect((await findProfile(store, 'other')).network.name).toBe('other');
    expect(await codeOf(findProfile(store, 'third'))).toBe('unknown-profile');
  });

  it('reports a damaged profile, leaves it unchanged and loads the rest', async () => {
    const { profile } = await importText(signed());
    await importText(otherNetwork('other'));
    for (const garbage of ['', '{"version":1', '\u0000\u0001', '{}', '{"version": 9}']) {
      await writeFile(profileFile(profile.id), garbage);
      const before = await onDisk();
      const list = await listProfiles(store);
      expect(list.profiles.map(({ network }) => network.name)).toEqual(['other']);
      expect(list.damaged).toMatchObject([{ id: profile.id, problem: { code: 'profile-damaged' } }]);
      expect(await onDisk()).toEqual(before);
    }
  });

  it('repairs a damaged profile with the same invite, keeping its key and the damaged files', async () => {
    const { profile } = await importText(signed());
    const { privateKey } = await loadProfile(store);
    await writeFile(profileFile(profile.id), 'garbage');
    expect(await codeOf(importText(signed(payloadWith(['serial'], 2))))).toBe('invite-older-serial');
    expect((await importText(signed())).kind).toBe('new');
    expect((await loadProfile(store)).privateKey).toBe(privateKey);
    const aside = (await readdir(join(store.directory, 'profiles'))).filter((name) =>
      name.includes('.damaged-'),
    );
    expect(await readFile(join(store.directory, 'profiles', aside[0] ?? '', 'profile.json'), 'utf8')).toBe(
      'garbage',
    );
  });

  it('removes drafts and removed networks that a killed process left, with their keys, at the next change', async () => {
    const { profile } = await importText(signed());
    const before = Object.keys(await onDisk()).sort();
    const folder = join(store.directory, 'profiles');
    for (const left of [`.new-${profile.id}-aabbcc`, `.gone-${profile.id}-ddeeff`]) {
      await mkdir(join(folder, left));
      await writeFile(join(folder, left, 'private.key'), 'a key');
    }
    await writeFile(join(folder, profile.id, `profile.json.${crypto.randomUUID()}.tmp`), 'half');
    await changeSettings(store, undefined, {});
    expect(Object.keys(await onDisk()).sort()).toEqual(before);
  });

  it('forgets a profile with all its files, also a damaged one', async () => {
    const { profile } = await importText(signed());
    expect(await forgetProfile(store, 'wgnet')).toBe('wgnet');
    expect(await onDisk()).toEqual({});
    await importText(signed());
    await writeFile(profileFile(profile.id), 'garbage');
    expect(await forgetProfile(store, profile.id)).toBe(profile.id);
    expect(await onDisk()).toEqual({});
  });

  it('says what to do when the key is gone', async () => {
    const { profile } = await importText(signed());
    await rm(join(store.directory, 'profiles', profile.id, 'private.key'));
    expect(await codeOf(loadProfile(store))).toBe('key-missing');
  });

  it('runs two concurrent imports one after the other', async () => {
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => importText(signed())));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listProfiles(store)).toMatchObject({ profiles: [{ serial: 3 }], damaged: [] });
  });

  it('lets several processes import concurrently', { timeout: 30_000 }, async () => {
    const module = new URL('../../../../client/profiles/import-profile.ts', import.meta.url).href;
    const storeModule = new URL('../../../../client/profiles/store.ts', import.meta.url).href;
    const script = `
      import { commit, prepare } from ${JSON.stringify(module)};
      import { openStore } from ${JSON.stringify(storeModule)};
      const store = openStore(process.env);
      await prepare(store, { text: process.argv[1], fileName: '', nowMs: ${nowMs} })
        .then((prepared) => commit(store, prepared))
        .catch(() => {});
    `;
    const run = (text: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, text], {
        env: { ...process.env, HOMING_CONFIG_DIR: store.directory },
      });
    await Promise.all([run(signed()), run(signed(payloadWith(['serial'], 4))), run(otherNetwork('other'))]);
    const { profiles: all, damaged } = await listProfiles(store);
    expect(damaged).toEqual([]);
    expect(all.map(({ network }) => network.name)).toEqual(['other', 'wgnet']);
    expect(all[1]).toMatchObject({ serial: 4 });
    expect((await readdir(join(store.directory, 'profiles'))).filter((name) => name.startsWith('.'))).toEqual(
      [],
    );
  });

  it('takes over the lock of a process that died, and waits for a living one', async () => {
    const lock = join(store.directory, 'profiles.lock');
    await mkdir(store.directory, { recursive: true });
    // The largest pid of Linux is 2^22.
    await writeFile(lock, '4194399 x');
    expect(await withLock(lock, async () => 'done')).toBe('done');
    const order: string[] = [];
    const first = withLock(lock, async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      order.push('first');
    });
    await new Promise((resolve) => setTimeout(resolve, 15));
    await Promise.all([first, withLock(lock, async () => order.push('second'))]);
    expect(order).toEqual(['first', 'second']);
    expect(await readdir(store.directory)).toEqual([]);
  });
});
