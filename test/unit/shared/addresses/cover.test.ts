import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds, outermostRanges } from '../../../../shared/addresses/cover.ts';
import { rangeOf } from '../../../../shared/addresses/range.ts';

test('keeps the widest ranges only, IPv4 before IPv6, in the form they were written in', () => {
  const texts = ['fd00:0::/16', '10.0.0.0/8', '10.1.0.0/16', 'fd00:1::/32', '10.0.0.0/8', '192.0.2.0/24'];
  expect(outermostRanges(texts)).toEqual(['10.0.0.0/8', '192.0.2.0/24', 'fd00:0::/16']);
});

const range = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 4, max: 24 }))
  .map(([a, b, length]) => {
    const bits = (((a << 16) | (b << 8)) >>> (24 - length)) << (24 - length);
    return `${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}.0/${length}`;
  });

test('every range is held by exactly one that is kept', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), (texts) => {
      const kept = outermostRanges(texts);
      for (const text of texts)
        expect(kept.filter((range) => holds(rangeOf(range), rangeOf(text)))).toHaveLength(1);
      expect(kept.every((range) => texts.includes(range))).toBe(true);
    }),
  );
});
