import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importText } from '../../../../cli/text/import-text.ts';
import { describeImport } from '../../../../shared/invite/describe.ts';
import { internetShare, otherTraffic, takesMostTraffic } from '../../../../shared/plan/traffic.ts';
import { inviteProfileSchema, wgQuickProfileSchema } from '../../../../shared/profile/profile.ts';
import { goodProfileJson, goodWgQuickProfileJson } from '../../support/profiles.ts';

function inviteWith(routes: readonly string[]) {
  const profile = goodProfileJson();
  const [nas, ...others] = profile.controllers;
  return inviteProfileSchema.parse({ ...profile, controllers: [{ ...nas, routes }, ...others] });
}

function fileWith(allowedIps: readonly string[]) {
  const profile = goodWgQuickProfileJson();
  return wgQuickProfileSchema.parse({ ...profile, controllers: [{ ...profile.controllers[0], allowedIps }] });
}

describe('the share of the internet that ranges hold', () => {
  test.each([
    [['0.0.0.0/0', '::/0'], 1, 1],
    [['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'], 1, 1],
    [['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'], 0, 0],
    [['203.0.113.0/24', '2001:db8::/32', '127.0.0.0/8', '224.0.0.0/4'], 0, 0],
    [['2000::/4'], 0, 0.5],
  ])('%j: %d of IPv4, %d of IPv6', (ranges, ipv4, ipv6) => {
    const share = internetShare(ranges);
    expect(share[4]).toBeCloseTo(ipv4, 5);
    expect(share[6]).toBeCloseTo(ipv6, 3);
  });

  const range = fc
    .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
    .map(([address, length]) => `${address}/${length}`);

  test('only grows with more ranges, and is never above all of it', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), range, (ranges, one) => {
        const before = internetShare(ranges)[4];
        const after = internetShare([...ranges, one])[4];
        expect(after).toBeGreaterThanOrEqual(before);
        expect(after).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test('all traffic cut into pieces that cover no protected range is still all traffic', () => {
  const pieces = Array.from({ length: 222 }, (_, i) => i + 1)
    .filter((i) => ![10, 127, 169, 172, 192, 198, 203].includes(i))
    .map((i) => `${i}.0.0.0/8`);
  expect(takesMostTraffic(pieces)).toBe(true);
  expect(takesMostTraffic(['2000::/3'])).toBe(true);
  expect(takesMostTraffic(['10.0.0.0/8', '9.0.0.0/8', '2001:4860::/32'])).toBe(false);
});

describe('"Your other traffic" of a profile', () => {
  test.each([
    [[], true, 'stays as it is'],
    [['203.0.113.0/25', '192.168.7.0/24'], true, 'stays as it is'],
    [
      ['10.0.0.0/8'],
      false,
      'stays as it is, except for all of 10.0.0.0/8: other private networks also use these addresses',
    ],
    [['10.0.0.0/9', '10.128.0.0/9'], false, /all of 10\.0\.0\.0\/8/],
    [['9.0.0.0/8'], false, 'stays as it is, except for 0.5 % of the IPv4 internet, which this network takes'],
    [['32.0.0.0/3', '2600::/12'], false, /15 % of the IPv4 internet and 0\.2 % of the IPv6 internet/],
    [
      ['9.9.9.9/32'],
      false,
      'stays as it is, except for the public addresses 9.9.9.9/32, which this network takes',
    ],
    [['9.9.9.9/32', '8.8.8.8/32', '1.1.1.1/32', '4.4.4.4/32'], false, /1\.1\.1\.1\/32 and 1 more ranges/],
  ])('with the routes %j', (routes, isUntouched, text) => {
    for (const profile of [inviteWith(routes), ...(routes.length > 0 ? [fileWith(routes)] : [])]) {
      const found = otherTraffic(profile);
      expect(found.isUntouched).toBe(isUntouched);
      expect(found.text).toMatch(text);
    }
  });

  test('is untouched only when no range holds an address of the internet', () => {
    const range = fc
      .tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 }))
      .map(([address, length]) => `${address}/${length}`);
    const networkOf = (text: string) => text.replace(/^(\d+)\.\d+\.\d+\.\d+\/\d+$/, '$1.0.0.0/8');
    fc.assert(
      fc.property(fc.array(range.map(networkOf), { minLength: 1, maxLength: 5 }), (routes) => {
        const { isUntouched } = otherTraffic(inviteWith(routes));
        if (isUntouched) expect(internetShare(routes)).toEqual({ 4: 0, 6: 0 });
      }),
    );
  });
});

test('`homing import` shows the routes of every controller, also of the thirteenth', () => {
  const profile = inviteWith(['10.1.0.0/16']);
  const [nas, vps] = profile.controllers;
  if (nas === undefined || vps === undefined) throw new Error('two controllers');
  const plain = Array.from({ length: 20 }, (_, i) => ({ ...vps, name: `plain-${i}` }));
  const routing = Array.from({ length: 20 }, (_, i) => ({
    ...nas,
    name: `routing-${i}`,
    routes: [`10.${i}.0.0/16`],
  }));
  const many = { ...profile, controllers: [...plain, ...routing] };
  const text = importText({
    kind: 'new',
    profile,
    description: describeImport(many as typeof profile, {}),
    differences: [],
  });
  for (let i = 0; i < 20; i += 1) expect(text).toContain(`10.${i}.0.0/16`);
  expect(text).toContain('and 8 more without routes');
  expect(text).toMatch(/Other traffic +stays as it is/);
});
