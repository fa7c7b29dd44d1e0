import { afterEach, expect, test, vi } from 'vitest';
import { installerMain } from '../../../../helper/install/main.ts';
import { polkitPolicy } from '../../../../helper/install/polkit-policy.ts';

/** What an administrator is asked, and that the command does nothing beyond the question. */

const program = '/opt/homing/homing-helper';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

test('each decision of an administrator has a question of its own', () => {
  const policy = polkitPolicy(program);
  const commands = [...policy.matchAll(/argv1">([a-z-]+)</g)].map(([, command]) => command);
  expect(commands).toEqual(['allow', 'replace', 'approval-on', 'approval-off']);
  const messages = [...policy.matchAll(/<message>(.*)<\/message>/g)].map(([, message]) => message);
  expect(new Set(messages).size).toBe(commands.length);
  expect(messages[3]).toMatch(/stop asking an administrator/);
});

test.each([
  ['--ask-administrator', 'no'],
  ['--uid', '1001'],
])('an update takes no %s: its question does not name it', async (option, value) => {
  const printed: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const files = ['--program', '/p', '--release', '/r', '--signature', '/s'];
  await installerMain('replace', [...files, option, value]);
  expect(printed.join('')).toContain(`Unknown option '${option}'`);
  expect(process.exitCode).toBe(1);
});
