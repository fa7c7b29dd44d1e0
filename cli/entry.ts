#!/usr/bin/env node
import type { CliIo } from './io.ts';
import { main } from './main.ts';

/** Node creates each standard stream at its first use, which takes time, so none is used earlier. */
const io: CliIo = {
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  now: Date.now,
};

void main(process.argv, io).then((status) => {
  process.exitCode = status;
});
