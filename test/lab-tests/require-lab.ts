import { missingForLab } from '../lab/requirements.ts';

/** Stops a test file with sentences that say what the machine lacks for the lab. */
export function requireLab(): void {
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
}
