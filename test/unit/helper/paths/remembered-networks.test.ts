import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RememberedNetworks } from '../../../../helper/paths/remembered-networks.ts';
import { type NetworkIdentity, networkIdentity } from '../../../../shared/paths/network-identity.ts';
import { endpoint } from '../../support/fake-system.ts';

let folder: string;
let problems: string[];
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-networks-'));
  path = join(folder, 'networks-abcdefgh01234567.json');
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => new RememberedNetworks(folder, 'abcdefgh01234567', (reason) => problems.push(reason));

function network(number: number): NetworkIdentity {
  const identity = networkIdentity(`02:00:00:00:00:${number.toString(16).padStart(2, '0')}`);
  if (identity === null) throw new Error(`no network ${number}`);
  return identity;
}

const nas = endpoint('192.0.2.7:51820');

test('what answered in a network is known there to the next helper, nowhere else, and to root alone', () => {
  open().add(network(1), 'nas', nas);
  expect(open().endpoints(network(1), 'nas')).toEqual([nas]);
  expect(open().endpoints(network(1), 'vps')).toEqual([]);
  expect(open().endpoints(network(1), 'constructor')).toEqual([]);
  expect(open().endpoints(network(2), 'nas')).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(problems).toEqual([]);
});

test('a link-local endpoint is kept without its zone, which names an interface of this moment', () => {
  const networks = open();
  networks.add(network(1), 'nas', endpoint('[fe80::7%eth0]:51820'));
  networks.add(network(1), 'nas', nas);
  expect(open().endpoints(network(1), 'nas')).toEqual([nas, '[fe80::7]:51820']);
});

test('the latest 64 networks are kept, and 4 endpoints of a controller in each', () => {
  const networks = open();
  for (let number = 0; number < 70; number += 1) networks.add(network(number), 'nas', nas);
  for (let port = 1; port <= 6; port += 1) networks.add(network(69), 'nas', endpoint(`192.0.2.7:${port}`));
  const again = open();
  expect(problems).toEqual([]);
  expect(again.endpoints(network(5), 'nas')).toEqual([]);
  expect(again.endpoints(network(6), 'nas')).toEqual([nas]);
  expect(again.endpoints(network(69), 'nas')).toEqual([6, 5, 4, 3].map((port) => `192.0.2.7:${port}`));
});

test('what is the latest already is not written again', () => {
  const networks = open();
  networks.add(network(1), 'nas', nas);
  writeFileSync(path, 'changed by somebody');
  networks.add(network(1), 'nas', nas);
  expect(readFileSync(path, 'utf8')).toBe('changed by somebody');
});

test.each([
  ['is no JSON', '{'],
  ['names no gateway', '[{"gateway":"ff:ff:ff:ff:ff:ff","endpoints":{}}]'],
  ['has another shape', '[{"gateway":"02:00:00:00:00:01","endpoints":{"nas":["x"]}}]'],
])('a file that %s is reported, and learned again', (_, text) => {
  writeFileSync(path, text);
  const networks = open();
  expect(problems).toEqual([
    expect.stringMatching(/^where controllers answered in which network could not be loaded/),
  ]);
  networks.add(network(1), 'nas', nas);
  expect(open().endpoints(network(1), 'nas')).toEqual([nas]);
});

test('a folder that cannot be written to is reported, and nothing else fails', () => {
  const networks = open();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  networks.add(network(1), 'nas', nas);
  expect(problems).toEqual([
    expect.stringMatching(/^where controllers answered in this network could not be saved/),
  ]);
  expect(networks.endpoints(network(1), 'nas')).toEqual([nas]);
});
