import { expect, test } from 'vitest';
import { isSignedByNode } from '../../../../helper/control/signature.ts';
import { isSignedBy, verifyCompact } from '../../../../shared/invite/jws.ts';
import { networkKeyBytes } from '../../../../shared/invite/network-key.ts';
import { networkKey, otherSigningKey, signed } from '../../support/invite-fixtures.ts';

const [header = '', payload = '', signature = ''] = signed().split('.');
const text = `${header}.${payload}`;
const key = networkKeyBytes(networkKey);
const bytes = new Uint8Array(Buffer.from(signature, 'base64url'));

test('Node and JavaScript agree on a good signature, and on one with any bit changed', () => {
  expect([isSignedBy(key, text, bytes), isSignedByNode(key, text, bytes)]).toEqual([true, true]);
  for (let bit = 0; bit < 512; bit += 7) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect([isSignedBy(key, text, changed), isSignedByNode(key, text, changed)]).toEqual([false, false]);
  }
});

test('they agree on keys that are none, and on another text', () => {
  for (const other of [new Uint8Array(32), new Uint8Array(32).fill(255), networkKeyBytes(otherSigningKey)])
    expect(isSignedByNode(other, text, bytes)).toBe(isSignedBy(other, text, bytes));
  expect(isSignedByNode(key, `${text} `, bytes)).toBe(false);
});

test('an invite is verified with it', () => {
  expect(verifyCompact(signed(), isSignedByNode).networkKey).toBe(networkKey);
});
