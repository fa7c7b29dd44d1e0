#!/usr/bin/env node
import type { CliIo } from './io.ts';
import { quickUp } from './quick-up.ts';

/** Node makes each stream when it is first asked for, which takes time: none is made before it is used. */
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

async function start(): Promise<void> {
  const status = await quickUp(process.argv.slice(2), io);
  if (status !== undefined) {
    process.exitCode = status;
    return;
  }
  const { main } = await import('./main.ts');
  await main(process.argv, io);
}

void start();
