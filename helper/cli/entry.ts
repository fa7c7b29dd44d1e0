#!/usr/bin/env node
import type { CliIo } from './io.ts';
import { quickUp } from './quick-up.ts';

const { stdout, stderr, stdin, env } = process;
const io: CliIo = { stdout, stderr, stdin, env, now: Date.now };
const status = await quickUp(process.argv.slice(2), io);
if (status !== undefined) process.exitCode = status;
else {
  const { main } = await import('./main.ts');
  await main(process.argv, io);
}
