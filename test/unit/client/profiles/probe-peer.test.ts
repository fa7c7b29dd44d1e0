import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commit, prepare } from '../../../../client/profiles/import-profile.ts';
import { probePeerOf } from '../../../../client/profiles/probe-peer.ts';
import { openStore, type ProfileStore } from '../../../../client/profiles/store.ts';
import { probePrivateKey, publicKeyOf } from '../../../../shared/keys/probe-key.ts';
import { parsePrivateKey } from '../../../../shared/keys/wireguard-key.ts';
import { nasKey, nowMs, vpsKey } from '../../support/invite-fixtures.ts';

const privateKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const file = `[Interface]
# Name = laptop
PrivateKey = ${privateKey}
Address = 10.42.1.2/24
[Peer]
# nas
PublicKey = ${nasKey}
AllowedIPs = 10.42.1.1/24
Endpoint = 198.51.100.7:51820
[Peer]
# vps
PublicKey = ${vpsKey}
PresharedKey = ${nasKey}
AllowedIPs = 10.43.1.1/24
Endpoint = 198.51.100.8:51820
`;
const probeKey = publicKeyOf(probePrivateKey(parsePrivateKey(privateKey, 'key')));

let store: ProfileStore;
beforeEach(async () => {
  store = openStore({ HOMING_CONFIG_DIR: await mkdtemp(join(tmpdir(), 'homing-store-')) });
  await commit(store, await prepare(store, { text: file, fileName: 'home.conf', nowMs }));
});
afterEach(() => rm(store.directory, { recursive: true, force: true }));

it('gives a controller two lines, for a peer that completes handshakes but carries no traffic', async () => {
  expect(await probePeerOf(store, 'home', undefined, 'left-out')).toBe(
    `[Peer] # probe of laptop\nPublicKey = ${probeKey}`,
  );
});

it('adds the laptop’s preshared key for that controller, and shows it only on request', async () => {
  expect(await probePeerOf(store, 'home', 'vps', 'written-out')).toMatch(`\nPresharedKey = ${nasKey}`);
  const shown = await probePeerOf(store, 'home', 'vps', 'left-out');
  expect(shown).toMatch('\nPresharedKey = (as for laptop)');
  expect(shown).not.toContain(nasKey);
});

it('refuses a controller that is not there', async () => {
  await expect(probePeerOf(store, 'home', 'attic', 'left-out')).rejects.toThrow(/There is nas, vps/);
});
