import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RememberedEndpoints } from '../../../../helper/paths/remembered-endpoints.ts';
import { endpoint } from '../../support/fake-system.ts';

const internet = { endpoint: endpoint('198.51.100.7:51820'), path: 'internet' as const };
const lan = { endpoint: endpoint('192.0.2.7:51820'), path: 'lan' as const };

let folder: string;
let problems: string[];
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-remembered-'));
  path = join(folder, 'endpoints-abcdefgh01234567.json');
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(directory = folder): RememberedEndpoints {
  return new RememberedEndpoints(directory, 'abcdefgh01234567', (reason) => problems.push(reason));
}

test('the next helper knows the remembered endpoints, and only root can read them', () => {
  const remembered = open();
  remembered.set('nas', lan);
  remembered.set('nas', internet);
  expect(open().get('nas')).toEqual(internet);
  expect(open().get('vps')).toBeUndefined();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(problems).toEqual([]);
});

test('a link-local endpoint is not kept: its zone names an interface of this moment', () => {
  const remembered = open();
  remembered.set('nas', internet);
  remembered.set('nas', { endpoint: endpoint('[fe80::7%eth0]:51820'), path: 'lan' });
  expect(open().get('nas')).toEqual(internet);
});

test.each([
  ['is no JSON', '{'],
  ['has another shape', '{"nas":{"endpoint":"x","path":"lan"}}'],
  ['is a list', '[]'],
])('a file that %s is reported, and endpoints are discovered again', (_, text) => {
  writeFileSync(path, text);
  const remembered = open();
  expect(remembered.get('nas')).toBeUndefined();
  expect(problems).toEqual([expect.stringMatching(/^the last good endpoints could not be loaded/)]);
  remembered.set('nas', internet);
  expect(open().get('nas')).toEqual(internet);
});

test('an unwritable folder is reported, and nothing else fails', () => {
  const remembered = open();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  chmodSync(folder, 0o600);
  remembered.set('nas', internet);
  expect(problems).toEqual([expect.stringMatching(/^the last good endpoints could not be saved/)]);
  expect(remembered.get('nas')).toEqual(internet);
});

test('a known endpoint is not written again', () => {
  const remembered = open();
  remembered.set('nas', internet);
  writeFileSync(path, 'changed by somebody');
  remembered.set('nas', internet);
  expect(readFileSync(path, 'utf8')).toBe('changed by somebody');
});
