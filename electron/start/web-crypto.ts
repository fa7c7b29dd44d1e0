import { webcrypto } from 'node:crypto';

/** Node before 19 has Web Crypto, but not as a global, where the noble packages look for random bytes. */
if (globalThis.crypto === undefined) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
