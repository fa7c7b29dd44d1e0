import { createPrivateKey } from 'node:crypto';

/** A key for the builds of the tests only: anyone can read it. */
export const testReleaseKey = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk',
    x: '_RckOFqgx1tk-3jNYC-h2ZH96_drE8WO1wLqyDXp9hg',
  },
});
