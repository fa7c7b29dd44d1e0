/** Replaced at build time (scripts/bundle.ts, electron.vite.config.ts) by the value of HOMING_RELEASE_KEY. */
declare const homingReleaseKey: string | undefined;

/**
 * The Ed25519 public key that releases are signed with, base64url; undefined in a development build, which therefore can verify
 * no release.
 */
export const releaseKey: string | undefined =
  typeof homingReleaseKey === 'string' && homingReleaseKey !== '' ? homingReleaseKey : undefined;
