import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listProfiles } from '../../../../client/profiles/profiles.ts';
import { openStore, type ProfileStore } from '../../../../client/profiles/store.ts';
import { Importing } from '../../../../electron/actions/importing.ts';
import type { AppStore } from '../../../../electron/state/app-store.ts';
import type { AppChange, Review } from '../../../../shared/contract/app-state.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import {
  nasKey,
  nowMs,
  otherSigningKey,
  payloadWith,
  signed,
  vpsKey,
} from '../../support/invite-fixtures.ts';

const good = signed();
const other = signed(payloadWith(['defaultController'], 'vps'), otherSigningKey);

let profiles: ProfileStore;
let importing: Importing;
let shown: Review | null;
beforeEach(async () => {
  profiles = openStore({ HOMING_CONFIG_DIR: await mkdtemp(join(tmpdir(), 'homing-importing-')) });
  shown = null;
  const store: Pick<AppStore, 'update'> = {
    update: ({ review }: AppChange) => {
      if (review !== undefined) shown = review;
    },
  };
  importing = new Importing(store, profiles, () => nowMs);
});
afterEach(() => rm(profiles.directory, { recursive: true, force: true }));

function review(): Review {
  if (shown === null) throw new Error('no review is shown');
  return shown;
}

async function problemCodeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error) => (error instanceof HomingError ? error.problem.code : String(error)),
  );
}

test('a link that is opened during a review does not replace it', async () => {
  await importing.text(good, 'laptop.homing');
  const agreedTo = review();
  expect(await problemCodeOf(importing.open({ kind: 'link', text: `homing://join/${other}` }))).toBe(
    'review-open',
  );
  expect(review()).toBe(agreedTo);
  await importing.accept(agreedTo.id);
  const { profiles: stored } = await listProfiles(profiles);
  expect(stored.map((profile) => profile.defaultController)).toEqual(['nas']);
});

test('an answer to a closed review imports nothing', async () => {
  await importing.text(good, 'laptop.homing');
  const seen = review().id;
  importing.dismiss();
  await importing.text(other, 'a link');
  expect(review().id).not.toBe(seen);
  expect(await problemCodeOf(importing.accept(seen))).toBe('nothing-to-import');
  expect((await listProfiles(profiles)).profiles).toEqual([]);
});

test('a refused review is replaced by the next, since there is nothing to agree to', async () => {
  await importing.text('nonsense', 'a link');
  expect(review().state).toBe('refused');
  await importing.text(good, 'laptop.homing');
  expect(review()).toMatchObject({ state: 'ready', source: 'laptop.homing' });
});

test('of two sources at the same time the newer is shown, and only that can be confirmed', async () => {
  await Promise.all([importing.text(good, 'first'), importing.text(other, 'second')]);
  expect(review()).toMatchObject({ source: 'second' });
  expect(await problemCodeOf(importing.accept('review-1'))).toBe('nothing-to-import');
});

const file = `[Interface]\nPrivateKey = ${nasKey}\nAddress = 10.42.1.2/24\n[Peer]\nPublicKey = ${vpsKey}\nAllowedIPs = 10.42.1.1/24\nEndpoint = 198.51.100.7:51820\n`;

test('a new WireGuard file gets the names that the user chose', async () => {
  await importing.text(file, 'pasted text');
  const first = review();
  expect(first).toMatchObject({ isRenamable: true, controllers: [{ name: 'controller-1' }] });
  await importing.rename(first.id, 'home', ['nas']);
  // The names in the file are what a second change begins with.
  await importing.rename(review().id, 'home', ['attic']);
  expect(review()).toMatchObject({ source: 'pasted text', network: 'home', hostNames: ['attic.home'] });
  expect(await problemCodeOf(importing.accept(first.id))).toBe('nothing-to-import');
  await importing.accept(review().id);
  expect((await listProfiles(profiles)).profiles).toMatchObject([
    { network: { name: 'home' }, controllers: [{ name: 'attic' }] },
  ]);
});

test('a name that cannot be used leaves the review as it was', async () => {
  await importing.text(file, 'pasted text');
  const before = review();
  expect(await problemCodeOf(importing.rename(before.id, 'home', ['a b']))).toBe('bad-name');
  expect(review()).toBe(before);
});

test('an invite is not renamed: its names are signed', async () => {
  await importing.text(good, 'a link');
  expect(review()).toMatchObject({ isRenamable: false });
  expect(await problemCodeOf(importing.rename(review().id, 'home', []))).toBe('names-of-invite');
});
