import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listProfiles, openStore, type ProfileStore } from '../../../../client/profiles/profiles.ts';
import { Importing } from '../../../../electron/actions/importing.ts';
import type { AppStore } from '../../../../electron/state/app-store.ts';
import type { AppChange, Review } from '../../../../shared/contract/app-state.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { nowMs, otherSigningKey, payloadWith, signed } from '../../support/invite-fixtures.ts';

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

test('a link that is opened while a review waits does not take its place under the button', async () => {
  await importing.text(good, 'laptop.homing');
  const agreedTo = review();
  expect(await problemCodeOf(importing.hand({ kind: 'link', text: `homing://join/${other}` }))).toBe(
    'review-open',
  );
  expect(review()).toBe(agreedTo);
  await importing.accept(agreedTo.id);
  const { profiles: stored } = await listProfiles(profiles);
  expect(stored.map((one) => one.defaultController)).toEqual(['nas']);
});

test('an answer to a review that is not open any more imports nothing', async () => {
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

test('of two handed in at the same instant the newest is shown, and only that can be agreed to', async () => {
  await Promise.all([importing.text(good, 'first'), importing.text(other, 'second')]);
  expect(review()).toMatchObject({ source: 'second' });
  expect(await problemCodeOf(importing.accept('review-1'))).toBe('nothing-to-import');
});
