import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { homingVersion } from '../../../shared/version.ts';

test('the programs say the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(homingVersion).toBe(version);
});
