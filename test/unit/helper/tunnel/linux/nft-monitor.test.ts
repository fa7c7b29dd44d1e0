import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NftMonitor } from '../../../../../helper/tunnel/linux/nft-monitor.ts';

/** @param script of a program in place of nft @returns how often a change was reported */
function watched(script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'homing-monitor-'));
  const program = join(folder, 'nft');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const seen = { reports: 0 };
  const monitor = new NftMonitor(program, 'inet homing_kill_switch', () => {
    seen.reports += 1;
  });
  onTestFinished(async () => {
    await monitor.stop();
    rmSync(folder, { recursive: true });
  });
  return seen;
}

test('a change is reported although its line arrives in two pieces', async () => {
  const seen = watched(
    'sleep 1; printf "delete table inet homing_ki"; sleep 0.2; printf "ll_switch\\n"; exec sleep 60',
  );
  await sleep(800);
  const atStart = seen.reports;
  await vi.waitFor(() => expect(seen.reports).toBe(atStart + 1), 5_000);
});

test('what changed before the program listened is looked for once', async () => {
  const seen = watched('exec sleep 60');
  await vi.waitFor(() => expect(seen.reports).toBe(1), 5_000);
  await sleep(300);
  expect(seen.reports).toBe(1);
});

test('what changed before a program that was started again listened is looked for as well', async () => {
  const seen = watched('[ -e "$0.again" ] && exec sleep 60; : > "$0.again"; exit 1');
  // Half a second after the start, at the restart, and half a second after that.
  await vi.waitFor(() => expect(seen.reports).toBe(3), 5_000);
  await sleep(700);
  expect(seen.reports).toBe(3);
});
