import { setFlagsFromString } from 'node:v8';

/**
 * Imported first: the main process is idle most of the day, so memory has priority over speed, as in the helper
 * (helper/memory-first.ts).
 */
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');
