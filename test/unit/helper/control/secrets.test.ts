import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutSecrets } from '../../../../helper/daemon/diagnostics.ts';
import { nasKey, vpsKey } from '../../support/profiles.ts';

const anyKey = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((array) => Buffer.from(array).toString('base64'));

test('a key that is not known to be public is removed from any text, wherever it is', () => {
  fc.assert(
    fc.property(anyKey, fc.string(), fc.string(), (key, before, after) => {
      fc.pre(!`${before}${after}`.includes(key));
      expect(withoutSecrets(`${before} ${key} ${after}`, new Set())).not.toContain(key);
    }),
  );
});

test('a key is removed even between characters that could be part of a key', () => {
  fc.assert(
    fc.property(anyKey, fc.stringMatching(/^[A-Za-z0-9+/]{0,60}$/), (key, before) => {
      expect(withoutSecrets(`${before}${key}`, new Set())).not.toContain(key.slice(-20));
    }),
  );
});

test('public keys stay', () => {
  const text = `peer ${nasKey}\n  preshared key: ${vpsKey}`;
  expect(withoutSecrets(text, new Set([nasKey]))).toBe(`peer ${nasKey}\n  preshared key: (hidden)`);
});

test('other text stays', () => {
  const text = 'inet6 fd28:387a:c1:4700::1/128 scope global # dGVzdA==';
  expect(withoutSecrets(text, new Set())).toBe(text);
});
