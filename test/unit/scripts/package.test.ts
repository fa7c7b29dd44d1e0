import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test.each(['', 'not-a-key'])('with %j for the public key no package is made', (key) => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/package.mjs', 'AppImage'], {
    cwd: root,
    env: { ...process.env, HOMING_RELEASE_KEY: key },
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('it is no public key')]);
});
