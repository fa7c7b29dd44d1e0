import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../client/profiles/store.ts';
import { releaseKillSwitch } from '../../../client/release-kill-switch.ts';
import { statusSchema } from '../../../shared/contract/status.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import { signed } from '../support/invite-fixtures.ts';
import { CliFolder } from '../support/run-cli.ts';

let folder: CliFolder;
beforeEach(async () => {
  folder = await CliFolder.make();
});
afterEach(() => folder.remove());

const store = () => openStore({ HOMING_CONFIG_DIR: folder.file('config') });

function helper(state: 'on' | 'off') {
  const set: unknown[] = [];
  const since = '2026-01-05T08:00:00.000Z';
  const status = statusSchema.parse({
    helper: { version: '0', apiVersion: 1, pid: 1, startedAt: since, wireguard: 'none', residentBytes: 1 },
    tunnel: { state: 'off' },
    killSwitch: { state, since, allowLan: false, isBlocking: true, problem: null },
    timeline: [],
  });
  const client = {
    status: async () => status,
    setKillSwitch: async (request: unknown) => {
      set.push(request);
      return status;
    },
  };
  return { client, set };
}

test('with the last network the kill switch goes', async () => {
  const { client, set } = helper('on');
  expect(await releaseKillSwitch(store(), client)).toBe(true);
  expect(set).toEqual([{ on: false }]);
});

test('while there is a network it stays', async () => {
  await folder.run(['import', signed(), '--yes']);
  const { client, set } = helper('on');
  expect([await releaseKillSwitch(store(), client), set]).toEqual([false, []]);
});

test('one that is off, and a helper that does not run, need nothing', async () => {
  const { client, set } = helper('off');
  const gone = new HomingError({
    code: 'helper-not-running',
    title: 'No',
    cause: 'No.',
    remedy: 'Start it.',
  });
  expect(await releaseKillSwitch(store(), client)).toBe(false);
  const status = () => Promise.reject(gone);
  expect([await releaseKillSwitch(store(), { ...client, status }), set]).toEqual([false, []]);
});
