import { setFlagsFromString } from 'node:v8';

/**
 * Imported before everything else: the main process waits all day, so memory comes before speed, as in the helper
 * (helper/memory-first.ts).
 */
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');
