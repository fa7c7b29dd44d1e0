import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const server = new URL('../../../../helper/control/server.ts', import.meta.url).href;
const windowMs = 5_000;

/** Counts how often its main thread was woken (proc_pid_status(5)) while nobody is connected. */
const waiting = `
const { readFileSync } = await import('node:fs');
const { controlServer } = await import(${JSON.stringify(server)});
const wakes = () => Number(/^voluntary_ctxt_switches:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
controlServer({}).listen(process.argv[1], () => {
  setTimeout(() => {
    const before = wakes();
    setTimeout(() => {
      console.log(wakes() - before);
      process.exit();
    }, ${windowMs});
  }, 1_000);
});`;

test.skipIf(process.platform !== 'linux')(
  'while nobody is connected the server sleeps: its check for callers that wait too long woke it each second',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'homing-idle-'));
    try {
      const args = ['--input-type=module', '--eval', waiting, join(directory, 's')];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(Number(stdout)).toBeLessThan(windowMs / 1_000 - 1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
  windowMs + 15_000,
);
