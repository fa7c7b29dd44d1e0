import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ExitAnswers, exitAnswersText } from '../../../../../helper/tunnel/linux/exit-answers.ts';
import type { Problem } from '../../../../../shared/errors/problem.ts';
import { tunnelPlan } from '../../../../../shared/plan/tunnel-plan.ts';
import { goodProfile } from '../../../support/profiles.ts';

/** What a killed helper may leave: test/mesh/strict-reverse-path.test.ts has the same in a real kernel. */

function machine(setting: string, runFiles: Readonly<Record<string, string>>, tables = '') {
  const folder = mkdtempSync(join(tmpdir(), 'homing-answers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const settings = join(folder, 'conf');
  const runtimeDirectory = join(folder, 'run');
  mkdirSync(join(settings, 'all'), { recursive: true });
  mkdirSync(runtimeDirectory);
  writeFileSync(join(settings, 'all', 'rp_filter'), '0\n');
  writeFileSync(join(settings, 'all', 'src_valid_mark'), `${setting}\n`);
  for (const [name, text] of Object.entries(runFiles)) writeFileSync(join(runtimeDirectory, name), text);
  const commands: string[] = [];
  const problems: Problem[] = [];
  const nft: { failure: Error | undefined; tables: string } = { failure: undefined, tables };
  const runner = {
    mustRun: async (_: string, args: readonly string[]) => {
      commands.push(args.join(' '));
      if (nft.failure !== undefined) throw nft.failure;
      return args[0] === 'list' ? nft.tables : '';
    },
  };
  const program = join(folder, 'nft');
  writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const answers = new ExitAnswers({
    runner,
    runtimeDirectory,
    settings,
    find: () => program,
    onProblem: (problem) => problems.push(problem),
  });
  const value = () => readFileSync(join(settings, 'all', 'src_valid_mark'), 'latin1').trim();
  return { answers, commands, problems, nft, value, left: () => readdirSync(runtimeDirectory), settings };
}

const plain = tunnelPlan(goodProfile());
const exit = { ...plain, routes: [{ range: '0.0.0.0/0', source: undefined, controller: 'vps' }] };

function makeStrict(settings: string): void {
  writeFileSync(join(settings, 'all', 'rp_filter'), '1\n');
  mkdirSync(join(settings, 'eth0'));
}

const ours = 'table inet other\ntable ip homing_exit\n';

test.each([
  ['before it changed anything', '0', { 'src-valid-mark': '0' }, '', '0'],
  ['between the setting and the table', '1', { 'src-valid-mark': '0' }, '', '0'],
  ['after both', '1', { 'src-valid-mark': '0' }, ours, '0'],
  ['where the setting was on before', '1', { 'src-valid-mark': '1' }, ours, '1'],
  ['while it wrote the record', '0', { 'src-valid-mark.new': '' }, '', '0'],
])('a helper that was killed %s leaves nothing', async (_, setting, files, tables, restored) => {
  const { answers, commands, value, left } = machine(setting, files, tables);
  await answers.clear();
  expect(value()).toBe(restored);
  expect(left()).toEqual([]);
  expect(commands.includes('delete table ip homing_exit')).toBe(tables === ours);
});

test('without a record the setting is the administrator’s, and no program is run', async () => {
  const { answers, commands, value } = machine('1', {}, ours);
  await answers.clear();
  expect([value(), commands]).toEqual(['1', []]);
});

test('without a strict filter nothing is changed', async () => {
  const { answers, commands, value, left, settings } = machine('0', {});
  expect(await answers.admit(exit)).toBeUndefined();
  makeStrict(settings);
  expect(await answers.admit(plain)).toBeUndefined();
  expect([value(), left(), commands]).toEqual(['0', [], []]);
});

test('only Homing’s own packets save the mark, and it is restored before other filters look for the route back', () => {
  const text = exitAnswersText(0);
  expect(text.match(/ct mark set/g)).toHaveLength(3);
  expect(text).toContain('meta mark 0x686f6d meta l4proto udp ct mark set 0x686f6d');
  expect(text).toContain('meta skuid 0 udp sport 61440-61951 ct mark set 0x686f6d');
  expect(text).toMatch(/hook prerouting priority mangle - 10;.*\n +ct mark 0x686f6d meta mark set 0x686f6d/);
});

test('a table that cannot be restored is reported once, and tried again until it can', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { answers, commands, problems, nft, settings } = machine('0', {});
  makeStrict(settings);
  expect(await answers.admit(exit)).toBeUndefined();
  onTestFinished(() => answers.clear());
  const setTables = () => commands.filter((command) => command.startsWith('-f')).length;
  expect(setTables()).toBe(1);
  // The table is gone, and the packet filter is busy.
  nft.failure = new Error('resource busy');
  await vi.advanceTimersByTimeAsync(25_000);
  expect(problems).toMatchObject([
    { code: 'strict-reverse-path', cause: expect.stringContaining('resource busy') },
  ]);
  nft.failure = undefined;
  await vi.advanceTimersByTimeAsync(10_000);
  expect([setTables(), problems.length]).toEqual([2, 1]);
});

test('tables that cannot be listed are not missing: the record stays, to clear them later', async () => {
  const { answers, nft, left } = machine('1', { 'src-valid-mark': '0' }, ours);
  nft.failure = new Error('resource busy');
  await expect(answers.clear()).rejects.toThrow('resource busy');
  expect(left()).toEqual(['src-valid-mark']);
});

test('where the kernel has no nftables, clearing restores the setting without listing tables', async () => {
  const { answers, nft, left, value, settings } = machine('0', {});
  makeStrict(settings);
  nft.failure = new Error('not supported');
  expect(await answers.admit(exit)).toMatchObject({ code: 'strict-reverse-path' });
  await answers.clear();
  expect([value(), left()]).toEqual(['0', []]);
});
