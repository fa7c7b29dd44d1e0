import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundlePrograms } from '../../../scripts/bundle.ts';

test('the bundled command line reports an error of each command with its own exit status', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homing-bundle-'));
  try {
    await bundlePrograms(folder);
    const homing = (...args: string[]) =>
      spawnSync(process.execPath, [join(folder, 'homing/homing.mjs'), ...args], {
        encoding: 'utf8',
        env: { HOMING_SOCKET: join(folder, 'none'), HOMING_CONFIG_DIR: folder },
      });
    expect(homing('status')).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/^The helper is not running/),
    });
    expect(homing('up')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^No network is set up/) });
    expect(homing('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('diagnostics') });
  } finally {
    await rm(folder, { recursive: true });
  }
});
