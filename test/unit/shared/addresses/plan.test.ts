import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressInSubnet,
  ipv6Bytes,
  ipv6Text,
  isSubnetOfNetwork,
  parseSuffix,
  peerSuffix,
  planAddresses,
  suffixText,
} from '../../../../shared/addresses/plan.ts';

/** A second implementation of the plan, from its table alone, with another SHA-256 and another address formatter. */
function independently(network: string, controller: string, peer: string) {
  const hash = (name: string) => createHash('sha256').update(name, 'utf8').digest('hex');
  const head = `fd${hash(network).slice(0, 6)}00${hash(controller).slice(0, 4)}00`;
  const text = (hex: string) => new URL(`http://[${hex.match(/.{4}/g)?.join(':')}]/`).hostname.slice(1, -1);
  return {
    base: `${text(`${head.slice(0, 10)}${'0'.repeat(22)}`)}/40`,
    subnet: `${text(`${head}${'0'.repeat(16)}`)}/56`,
    controllerAddress: text(`${head}${'0'.repeat(15)}1`),
    peerAddress: text(`${head}${hash(peer).slice(0, 16)}`),
    allowedRange: `${text(`${head}${hash(peer).slice(0, 8)}${'0'.repeat(8)}`)}/96`,
  };
}

const name = fc.string({ minLength: 1, maxLength: 20 });

describe('the address plan', () => {
  it.each([
    ['wireguard', 'controller', 'fd28:387a:c1:4700::/56'],
    ['vpn', 'server1', 'fdeb:f20c:7f:4000::/56'],
    ['wireguard', 'server537', 'fd28:387a:0:ba00::/56'],
    ['wg-test-one', 'ctrl1', 'fd51:19c1:e:fb00::/56'],
  ])('gives %s/%s the published subnet %s', (network, controller, subnet) => {
    expect(planAddresses(network, controller).subnet).toBe(subnet);
  });

  it('gives a peer the published address', () => {
    expect(planAddresses('wg-test-one', 'ctrl1', 'peer1').peerAddress).toBe(
      'fd51:19c1:e:fb00:6987:50a0:9b93:4337',
    );
  });

  it.each([
    ['peer2', '3b21:3ced:3e:89b3'],
    ['büro', '2616:f09c:1c82:892c'],
  ])('gives %s the published suffix %s', (peer, suffix) => {
    expect(suffixText(peerSuffix(peer))).toBe(suffix);
  });

  it('reads a suffix with or without leading zeros', () => {
    expect(parseSuffix('3b21:3ced:003e:89b3')).toEqual(peerSuffix('peer2'));
  });

  it('agrees with the table for any names', () => {
    fc.assert(
      fc.property(name, name, name, (network, controller, peer) => {
        expect(planAddresses(network, controller, peer)).toEqual(independently(network, controller, peer));
      }),
    );
  });

  it('leaves bytes 4 and 7 zero, and keeps every address inside its ranges', () => {
    fc.assert(
      fc.property(name, name, name, (network, controller, peer) => {
        const plan = planAddresses(network, controller, peer);
        const address = ipv6Bytes(plan.peerAddress ?? '');
        const range = ipv6Bytes(plan.allowedRange?.replace('/96', '') ?? '');
        expect([address[0], address[4], address[7]]).toEqual([0xfd, 0, 0]);
        expect(address.subarray(0, 12)).toEqual(range.subarray(0, 12));
        expect(address.subarray(0, 7)).toEqual(ipv6Bytes(plan.controllerAddress).subarray(0, 7));
        expect(isSubnetOfNetwork(plan.subnet, network)).toBe(true);
        expect(addressInSubnet(plan.subnet, peerSuffix(peer))).toBe(plan.peerAddress);
      }),
    );
  });

  it('prints text that reads back to the same bytes and prints the same again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = ipv6Text(bytes);
        expect(isIPv6(text)).toBe(true);
        expect(ipv6Bytes(text)).toEqual(bytes);
        expect(ipv6Text(ipv6Bytes(text))).toBe(text);
      }),
    );
  });
});
