import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  AddressSet,
  mergeRanges,
  parseAddress,
  parsePrefixed,
  parseRange,
  rangeOf,
  sizeOf,
} from '../../../../shared/addresses/range.ts';

/** Without a dotted end, which ipaddr.js reads as a mapped address wherever it stands. */
const ipv6Address = fc.ipV6().filter((text) => !text.includes('.'));
const ipv4Range = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([a, length]) => `${a}/${length}`);
const ipv6Range = fc
  .tuple(ipv6Address, fc.integer({ min: 0, max: 128 }))
  .map(([a, length]) => `${a}/${length}`);
const anyRange = fc.oneof(ipv4Range, ipv6Range);

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

describe('an address', () => {
  test('has the value that another parser gives it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), ipv6Address), (text) => {
        const other = ipaddr.parse(text);
        expect(parseAddress(text)).toMatchObject({
          family: other.kind() === 'ipv4' ? 4 : 6,
          first: numberOf(other.toByteArray()),
        });
      }),
    );
  });

  test('may end in an IPv4 address (RFC 4291 section 2.2, form 3)', () => {
    expect(parseAddress('::ffff:192.0.2.7')).toEqual(parseAddress('::ffff:c000:207'));
    expect(parseAddress('64:ff9b::192.0.2.7')).toEqual(parseAddress('64:ff9b::c000:207'));
  });

  test.each([
    [''],
    ['1.2.3'],
    ['1.2.3.4.5'],
    ['256.0.0.1'],
    ['01.2.3.4'],
    ['0x0a.0.0.1'],
    ['1.2.3.4 '],
    ['1.2.3.4\n'],
    [':'],
    [':::'],
    ['1::2::3'],
    ['1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:8:9'],
    ['::1:2:3:4:5:6:7:8'],
    ['12345::'],
    ['fe80::1%eth0'],
    ['::1.2.3.4.5'],
    ['1.2.3.4::'],
    ['nas'],
  ])('is not %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test('is parsed or rejected, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAddress(text)));
  });
});

describe('a range', () => {
  test('reaches from the first to the last address that has its prefix', () => {
    expect(rangeOf('192.0.2.0/24')).toMatchObject({ first: 0xc0000200n, last: 0xc00002ffn });
    expect(sizeOf(rangeOf('2001:db8::/32'))).toBe(1n << 96n);
    expect(sizeOf(rangeOf('0.0.0.0/0'))).toBe(1n << 32n);
  });

  test('has no host bits where only a network may stand', () => {
    expect(parsePrefixed('192.0.2.7/24')?.hasHostBits).toBe(true);
    expect(parseRange('192.0.2.7/24')).toBeUndefined();
    expect(parseRange('2001:db8::1/128')).toBeDefined();
  });

  test.each([
    ['192.0.2.0'],
    ['192.0.2.0/33'],
    ['192.0.2.0/'],
    ['192.0.2.0/024'],
    ['::/129'],
    ['/24'],
    ['0x0a.0.0.0/8'],
  ])('is not %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe('a set of addresses', () => {
  const asSet = (texts: readonly string[]) => new AddressSet(texts.map(rangeOf));

  test('has what any of its ranges has, and nothing else', () => {
    const anyAddress = fc.oneof(fc.ipV4(), ipv6Address);
    fc.assert(
      fc.property(fc.array(anyRange, { maxLength: 30 }), anyAddress, (texts, address) => {
        const expected = texts.some((text) => {
          const [network, length] = ipaddr.parseCIDR(text);
          const parsed = ipaddr.parse(address);
          return parsed.kind() === network.kind() && parsed.match(network, length);
        });
        expect(asSet(texts).hasAddress(address)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('overlaps a range exactly when one of its ranges does', () => {
    fc.assert(
      fc.property(fc.array(anyRange, { maxLength: 30 }), anyRange, (texts, text) => {
        const range = rangeOf(text);
        const expected = texts
          .map(rangeOf)
          .some((one) => one.family === range.family && one.first <= range.last && range.first <= one.last);
        expect(asSet(texts).overlap(range) !== undefined).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('holds as many addresses after merging as before, each once', () => {
    const merged = mergeRanges(
      ['10.0.0.0/9', '10.128.0.0/9', '10.1.0.0/16', '::/1', '8000::/1'].map(rangeOf),
    );
    expect(merged.map(sizeOf)).toEqual([1n << 24n, 1n << 128n]);
  });
});
