import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  areOnlyInitiations,
  initiationBytes,
  responseBytes,
} from '../../../../shared/paths/message-sizes.ts';

/** The UDP payload of a data message, padded to 16 bytes but not beyond the MTU (paper, section 5.4.6). */
function dataBytes(innerBytes: number, mtu: number): number {
  return 32 + Math.min(mtu, Math.ceil(innerBytes / 16) * 16);
}

test('up to three initiations are recognised', () => {
  expect([1, 2, 3].map((count) => areOnlyInitiations(count * initiationBytes))).toEqual([true, true, true]);
  expect(areOnlyInitiations(0)).toBe(false);
  expect(areOnlyInitiations(initiationBytes + responseBytes)).toBe(false);
});

test('data and keepalives, also after an initiation or a response, are not only initiations', () => {
  const message = fc
    .tuple(fc.constantFrom(1_280, 1_392, 1_412, 1_420), fc.integer({ min: 0, max: 1_420 }))
    .map(([mtu, inner]) => dataBytes(Math.min(inner, mtu), mtu));
  const data = fc.array(message, { minLength: 1, maxLength: 4 });
  const handshake = fc.constantFrom(0, initiationBytes, responseBytes, initiationBytes + responseBytes);
  fc.assert(
    fc.property(data, handshake, (sizes, before) => {
      const sum = sizes.reduce((total, bytes) => total + bytes, before);
      fc.pre(before !== responseBytes || sum !== 3 * initiationBytes);
      return !areOnlyInitiations(sum);
    }),
    { numRuns: 20_000 },
  );
});
