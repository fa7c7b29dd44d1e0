import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostsFileAt } from '../../../../helper/hosts/hosts-file.ts';
import { removeLeftovers } from '../../../../helper/install/remove-leftovers.ts';
import { Journal } from '../../../../helper/journal/journal.ts';
import { MacosDns } from '../../../../helper/tunnel/macos/dns/macos-dns.ts';
import { MacosTunnelSystem } from '../../../../helper/tunnel/macos/macos-tunnel-system.ts';
import { OwnTraffic } from '../../../../helper/tunnel/macos/own-traffic.ts';
import { publicKeyOf } from '../../../../shared/keys/probe-key.ts';
import { parsePrivateKey } from '../../../../shared/keys/wireguard-key.ts';
import { FakeMac } from '../../support/fake-mac.ts';
import { goodProfile } from '../../support/profiles.ts';

let directory: string;
let mac: FakeMac;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-leftovers-'));
  mac = new FakeMac();
  mac.services.set('Wi-Fi', { servers: ['192.0.2.53'], search: [] });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const dns = () =>
  new MacosDns({ runner: mac, stateDirectory: directory, resolverFolder: join(directory, 'resolver') });

function remove() {
  return removeLeftovers({
    journal: new Journal(join(directory, 'journal.json')),
    machine: { tunnel: new MacosTunnelSystem(mac, directory, new OwnTraffic()), dns: dns() },
    hosts: hostsFileAt(join(directory, 'hosts')),
    now: () => 0,
  });
}

test('of a helper that died while connected, routes and name servers are restored', async () => {
  await dns().apply('hm-wgnet', { servers: ['10.99.0.1'], zones: [], scope: 'all' });
  mac.addRoute('203.0.113.9/32', '192.168.1.1', 'en0', 'UGHS');
  writeFileSync(join(directory, 'set-routes.json'), '["203.0.113.9/32"]');
  writeFileSync(join(directory, 'hosts'), '127.0.0.1 localhost\n');
  const profile = goodProfile();
  new Journal(join(directory, 'journal.json')).write({
    version: 1,
    phase: 'up',
    profile,
    publicKey: publicKeyOf(parsePrivateKey(`${'A'.repeat(42)}E=`, 'test')),
    since: new Date(0).toISOString(),
    hostsVia: profile.defaultController,
  });
  expect(await remove()).toEqual({ isDone: true, troubles: [] });
  expect(mac.services.get('Wi-Fi')?.servers).toEqual(['192.0.2.53']);
  expect(mac.routes).toEqual([]);
  expect(new Journal(join(directory, 'journal.json')).read()).toEqual({ found: 'nothing' });
});

test('what fails is reported, and can be tried again', async () => {
  await dns().apply('hm-wgnet', { servers: ['10.99.0.1'], zones: [], scope: 'all' });
  mac.onCommand = () => {
    throw new Error('networksetup does not start');
  };
  expect((await remove()).troubles.join()).toContain('networksetup does not start');
  mac.onCommand = () => undefined;
  expect(await remove()).toEqual({ isDone: true, troubles: [] });
  expect(mac.services.get('Wi-Fi')?.servers).toEqual(['192.0.2.53']);
});
