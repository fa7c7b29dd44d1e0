import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeIpv4Address, ipv4AddressRefusal, ipv4RangeRefusal } from '../../../../shared/addresses/ipv4.ts';

describe('the IPv4 range of a network', () => {
  it.each(['10.42.0.0/16', '192.168.7.0/24', '172.31.0.0/30', '100.64.0.0/10', '10.0.0.0/8'])(
    'may be %s',
    (range) => {
      expect(ipv4RangeRefusal(range)).toBeUndefined();
    },
  );

  it.each([
    ['10.42.0.1/16', 'has host bits set'],
    ['192.0.2.0/24', 'is not a private range (RFC 1918, RFC 6598)'],
    ['172.16.0.0/8', 'has host bits set'],
    ['172.0.0.0/8', 'is not a private range (RFC 1918, RFC 6598)'],
    ['192.168.7.0/31', 'is not between /8 and /30'],
    ['0.0.0.0/0', 'is not between /8 and /30'],
    ['fd00::/8', 'is not a range such as "10.42.0.0/16"'],
    ['10.42/16', 'is not a range such as "10.42.0.0/16"'],
    ['', 'is not a range such as "10.42.0.0/16"'],
  ])('may not be %j', (range, refusal) => {
    expect(ipv4RangeRefusal(range)).toBe(refusal);
  });

  it.each([
    ['10.42.0.0', 'is the address of the range itself'],
    ['10.42.255.255', 'is the broadcast address of the range'],
    ['10.43.0.1', 'is not in 10.42.0.0/16'],
    ['10.42.0.01', 'is not an IPv4 address of four numbers'],
    ['fd00::1', 'is not an IPv4 address of four numbers'],
  ])('has no member at %s', (address, refusal) => {
    expect(ipv4AddressRefusal(address, '10.42.0.0/16')).toBe(refusal);
  });

  it('assigns every usable address once, lowest first, and then none', () => {
    const used = new Set<string>();
    const given = Array.from({ length: 6 }, () => {
      const address = freeIpv4Address('10.42.0.8/29', used);
      if (address !== undefined) used.add(address);
      return address;
    });
    expect(given).toEqual([
      '10.42.0.9',
      '10.42.0.10',
      '10.42.0.11',
      '10.42.0.12',
      '10.42.0.13',
      '10.42.0.14',
    ]);
    expect(freeIpv4Address('10.42.0.8/29', used)).toBeUndefined();
  });

  it('has room at every address that it hands out', () => {
    const ranges = fc.constantFrom('10.0.0.0/8', '100.64.0.0/10', '192.168.1.0/24', '172.16.255.248/30');
    fc.assert(
      fc.property(ranges, fc.array(fc.ipV4()), (range, taken) => {
        const address = freeIpv4Address(range, new Set(taken));
        if (address === undefined) return;
        expect(taken).not.toContain(address);
        expect(ipv4AddressRefusal(address, range)).toBeUndefined();
      }),
    );
  });
});
