import { describe, expect, it } from 'vitest';
import { parseInterface, setOperation } from '../../../../helper/tunnel/userspace-control.ts';
import { parsePrivateKey } from '../../../../shared/keys/wireguard-key.ts';
import { tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { goodProfile, nasKey, vpsKey } from '../../support/profiles.ts';

const privateKey = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
const hexOf = (key: string) => Buffer.from(key, 'base64').toString('hex');

describe('the configuration protocol of userspace WireGuard', () => {
  it('says the whole plan', () => {
    const plan = tunnelPlan(goodProfile());
    const [nas, vps] = plan.controllers;
    if (nas === undefined || vps === undefined) throw new Error('the profile has two controllers');
    const [endpoint] = nas.endpoints.private;
    if (endpoint === undefined) throw new Error('nas has a private endpoint');
    const operation = setOperation(
      plan,
      parsePrivateKey(privateKey, 'it'),
      new Map([[nas.publicKey, endpoint]]),
      undefined,
      6_844_269,
    );
    expect(operation.split('\n')).toEqual([
      'set=1',
      `private_key=${hexOf(privateKey)}`,
      'listen_port=0',
      'fwmark=6844269',
      'replace_peers=true',
      `public_key=${hexOf(nasKey)}`,
      'endpoint=192.0.2.7:51820',
      'persistent_keepalive_interval=25',
      'replace_allowed_ips=true',
      ...nas.allowedIps.map((range) => `allowed_ip=${range}`),
      `public_key=${hexOf(vpsKey)}`,
      'persistent_keepalive_interval=25',
      'replace_allowed_ips=true',
      ...vps.allowedIps.map((range) => `allowed_ip=${range}`),
      '',
      '',
    ]);
  });

  it('reports the live interface', () => {
    const lines = [
      `private_key=${hexOf(privateKey)}`,
      'listen_port=51821',
      'fwmark=6844269',
      `public_key=${hexOf(nasKey)}`,
      `preshared_key=${'0'.repeat(64)}`,
      'protocol_version=1',
      'endpoint=[fe80::1%eth0]:51820',
      'last_handshake_time_sec=1700000000',
      'last_handshake_time_nsec=5',
      'tx_bytes=148',
      'rx_bytes=92',
      'allowed_ip=fd00::/56',
      `public_key=${hexOf(vpsKey)}`,
      'last_handshake_time_sec=0',
      'tx_bytes=0',
      'rx_bytes=0',
    ];
    expect(parseInterface(lines)).toEqual({
      privateKey,
      publicKey: undefined,
      listenPort: 51821,
      peers: [
        {
          publicKey: nasKey,
          endpoint: '[fe80::1%eth0]:51820',
          latestHandshakeSeconds: 1_700_000_000,
          receivedBytes: 92,
          sentBytes: 148,
        },
        {
          publicKey: vpsKey,
          endpoint: undefined,
          latestHandshakeSeconds: undefined,
          receivedBytes: 0,
          sentBytes: 0,
        },
      ],
    });
  });
});
