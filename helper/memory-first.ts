import { setFlagsFromString } from 'node:v8';

/**
 * Imported before everything else. The helper runs all day on a laptop: memory before speed. Without this V8 lets garbage
 * pile up to 90 MB beside 18 MB that live, and 262 MB were resident with 100 controllers; with it 90. Starting a program
 * costs less as well: libuv forks, which copies the page tables of all that is resident (5 ms a start at 90 MB).
 */
setFlagsFromString('--optimize-for-size');
// New objects get 1 MB, as at the start, and not up to 32: another 6 MB less.
setFlagsFromString('--semi-space-growth-factor=1');
