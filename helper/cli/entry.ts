#!/usr/bin/env node
import { main } from './main.ts';

await main(process.argv, {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  now: Date.now,
});
