import { describe, expect, test } from 'vitest';
import { startTimeOf } from '../../../../helper/process/start-time.ts';

/** The largest number that a process of Linux can have, and more than any of macOS (proc(5), pid_max). */
const nobody = 4_194_304;

describe.each(['linux', 'darwin'] as const)('when a process started, as %s reports it', (platform) => {
  test('is the same whenever it is looked up, and fits into one field of a lock', () => {
    const first = startTimeOf(process.pid, platform);
    expect(first).toMatch(/^\S+$/);
    expect(startTimeOf(process.pid, platform)).toBe(first);
  });

  test('is unknown for a process that is not there', () => {
    expect(startTimeOf(nobody, platform)).toBeUndefined();
  });
});
