import { vi } from 'vitest';
import { missingForLab } from '../lab/requirements.ts';

// A lab is built in under a second on an idle machine; these are for a busy one.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

/** Stops a test file with sentences that say what the machine lacks for the lab. */
export function requireLab(): void {
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
}
