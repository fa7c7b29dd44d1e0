import { expect, it } from 'vitest';
import { pokeAddressOf } from '../../../../shared/plan/poke-address.ts';

it.each([
  [['192.168.178.0/24'], ['192.168.178.202/24'], '192.168.178.1'],
  [['192.168.1.0/24', '10.6.0.0/24'], ['10.6.0.3/24'], '10.6.0.1'],
  [['10.14.0.0/24', '192.168.8.0/24'], ['10.14.0.1/32'], '192.168.8.1'],
  [['10.20.0.0/16', '10.9.0.7/32'], ['10.8.0.2/32'], '10.9.0.7'],
  [['fdcc:ad94::/64', '0.0.0.0/0'], ['fdcc:ad94::2/128'], 'fdcc:ad94::1'],
  [['0.0.0.0/0', '::/0'], ['10.2.0.2/32'], undefined],
  [['10.9.0.2/32'], ['10.9.0.2/32'], undefined],
  [[], ['10.9.0.2/32'], undefined],
])('behind a controller with %j a laptop with %j pokes %s', (allowedIps, own, address) => {
  expect(pokeAddressOf(allowedIps, own)).toBe(address);
});
