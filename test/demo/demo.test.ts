import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

test('the first command of the README completes its story', { timeout: 180_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--json'], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { ok, steps } = JSON.parse(stdout);
  expect(ok).toBe(true);
  expect(steps.map((step: { name: string }) => step.name)).toContain(
    'The NAS gets another LAN address, which no invite knows: found by broadcast',
  );
});
