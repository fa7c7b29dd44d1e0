import { expect, test } from 'vitest';
import { hasNetworkCapability } from '../../../../helper/process/network-capability.ts';

test.each([
  ['of a service with CAP_NET_ADMIN', 'Name:\tnode\nCapEff:\t0000000000001000\n', true],
  ['of root', 'CapEff:\t000001ffffffffff\n', true],
  ['of an ordinary user', 'CapPrm:\t0000000000001000\nCapEff:\t0000000000000000\n', false],
  ['of a system without capabilities', '', false],
])('the status %s', (_, status, expected) => {
  expect(hasNetworkCapability(status)).toBe(expected);
});
