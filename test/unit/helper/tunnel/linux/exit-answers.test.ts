import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ExitAnswers, exitAnswersText } from '../../../../../helper/tunnel/linux/exit-answers.ts';
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
  const runner = {
    run: async (_: string, args: readonly string[]) => {
      commands.push(args.join(' '));
      return { exitCode: 0, stdout: tables, stderr: '' };
    },
    mustRun: async (_: string, args: readonly string[]) => {
      commands.push(args.join(' '));
      return '';
    },
  };
  const answers = new ExitAnswers({ runner, runtimeDirectory, settings, find: () => '/usr/sbin/nft' });
  const value = () => readFileSync(join(settings, 'all', 'src_valid_mark'), 'latin1').trim();
  return { answers, commands, value, left: () => readdirSync(runtimeDirectory), settings };
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
  const plain = tunnelPlan(goodProfile());
  const exit = { ...plain, routes: [{ range: '0.0.0.0/0', source: undefined, controller: 'vps' }] };
  expect(await answers.admit(exit)).toBeUndefined();
  writeFileSync(join(settings, 'all', 'rp_filter'), '1\n');
  mkdirSync(join(settings, 'eth0'));
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
