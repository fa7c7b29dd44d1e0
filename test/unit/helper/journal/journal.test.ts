import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal, type JournalEntry } from '../../../../helper/journal/journal.ts';
import { goodProfile } from '../../support/profiles.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-journal-'));
  path = join(folder, 'run', 'journal.json');
});
afterEach(() => rm(folder, { recursive: true }));

const entry = (phase: JournalEntry['phase']): JournalEntry => ({
  version: 1,
  phase,
  profile: goodProfile(),
  publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
  since: '2026-01-01T00:00:00.000Z',
  hostsVia: 'nas',
});

test('a new journal holds nothing', () => {
  expect(new Journal(path).read()).toEqual({ found: 'nothing' });
});

test('the next helper reads the last entry', () => {
  const journal = new Journal(path);
  journal.write(entry('rising'));
  journal.write(entry('up'));
  expect(new Journal(path).read()).toEqual({ found: 'entry', entry: entry('up') });
});

test('only root may read it, and no half-written file remains', async () => {
  new Journal(path).write(entry('up'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'run'))).toEqual(['interface', 'journal.json']);
});

test('a cleared journal holds nothing, and clearing twice is no error', () => {
  const journal = new Journal(path);
  journal.write(entry('up'));
  journal.clear();
  journal.clear();
  expect(journal.read()).toEqual({ found: 'nothing' });
});

test('a half-written file of a killed helper is not read, and is removed at the next start', async () => {
  new Journal(path).write(entry('up'));
  await writeFile(`${path}.new`, '{"version":1,');
  expect(new Journal(path).read()).toMatchObject({ found: 'entry' });
  expect(await readdir(join(folder, 'run'))).toEqual(['interface', 'journal.json']);
});

test.each([
  ['that is empty', ''],
  ['that is cut off', '{"version":1,"phase":"up","prof'],
  ['of another version', JSON.stringify({ ...entry('up'), version: 2 })],
  ['of an unknown phase', JSON.stringify({ ...entry('up'), phase: 'flying' })],
  [
    'with an interface of somebody else',
    JSON.stringify({ ...entry('up'), profile: { ...goodProfile(), interfaceName: 'eth0' } }),
  ],
  ['with a field that is not known', JSON.stringify({ ...entry('up'), privateKey: 'secret' })],
])('a journal %s is damaged', async (_, text) => {
  const journal = new Journal(path);
  await writeFile(path, text);
  expect(journal.read()).toMatchObject({ found: 'damaged', reason: expect.any(String), owned: undefined });
});

test('it contains no private key', async () => {
  new Journal(path).write(entry('up'));
  expect(await readFile(path, 'utf8')).not.toMatch(/privateKey/i);
});

test('a journal that cannot be read still says which interface is ours, and no other', async () => {
  const journal = new Journal(path);
  journal.write(entry('up'));
  for (const text of ['{"version":2}', '', '\u0000']) {
    await writeFile(path, text);
    expect(new Journal(path).read()).toMatchObject({
      found: 'damaged',
      owned: { interfaceName: 'hm-wgnet', publicKey: entry('up').publicKey },
    });
  }
});

test('damaged at any byte it is read, is damaged, or names our interface: it never throws and never names another', async () => {
  const journal = new Journal(path);
  journal.write(entry('up'));
  const good = await readFile(path, 'latin1');
  for (let at = 0; at < good.length; at += 1) {
    for (const damaged of [good.slice(0, at), `${good.slice(0, at)}\u0000${good.slice(at + 1)}`]) {
      await writeFile(path, damaged, 'latin1');
      const reading = journal.read();
      if (reading.found === 'entry') expect(reading.entry.profile.interfaceName).toMatch(/^hm/);
      else expect(reading).toMatchObject({ found: 'damaged', owned: { interfaceName: 'hm-wgnet' } });
    }
  }
});

test.each([['eth0 x\n'], ['hm-x\n'], [''], ['hm-../x AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n']])(
  'the line %j names no interface',
  async (text) => {
    const journal = new Journal(path);
    await writeFile(join(folder, 'run', 'interface'), text);
    expect(journal.read()).toMatchObject({ found: 'damaged', owned: undefined });
  },
);
