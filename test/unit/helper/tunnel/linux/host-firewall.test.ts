import { expect, test } from 'vitest';
import { parseHostFirewall } from '../../../../../helper/tunnel/linux/host-firewall.ts';

const chain = (table: string, name: string, more: object = {}) => ({
  chain: { family: 'ip', table, name, handle: 1, ...more },
});
const input = (policy: string) => ({ type: 'filter', hook: 'input', prio: 0, policy });
const found = (...nftables: object[]) =>
  parseHostFirewall(JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, ...nftables] }));

test('ufw is known by its chains, when it is on', () => {
  const chains = chain('filter', 'ufw-before-input');
  expect(found(chain('filter', 'INPUT', input('drop')), chains)).toBe('ufw');
  expect(found(chain('filter', 'INPUT', input('accept')), chains)).toBeNull();
});

test('firewalld is known by its table, since its rules reject at their end', () => {
  expect(found(chain('firewalld', 'filter_INPUT', input('accept')))).toBe('firewalld');
});

test('rules by hand are known by what they do at the input hook', () => {
  expect(found(chain('mine', 'in', input('drop')))).toBe('nftables');
  expect(found(chain('mine', 'forward', { ...input('drop'), hook: 'forward' }))).toBeNull();
});

test('no firewall, and the tables of Homing, count as none', () => {
  expect(found()).toBeNull();
  expect(
    found(chain('homing', 'inbound', input('drop')), chain('homing_kill', 'in', input('drop'))),
  ).toBeNull();
});
