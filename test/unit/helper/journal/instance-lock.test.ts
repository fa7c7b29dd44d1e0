import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { takeInstanceLock } from '../../../../helper/journal/instance-lock.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-lock-'));
  path = join(folder, 'helper.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Field 22 of stat, proc(5): when a process started. */
function startTime(pid: number | 'self'): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('the lock names its process, and is gone once released', () => {
  const unlock = takeInstanceLock(path);
  expect(readFileSync(path, 'latin1')).toBe(`${process.pid} ${startTime('self')}\n`);
  expect(readdirSync(folder)).toEqual(['helper.lock']);
  unlock();
  expect(readdirSync(folder)).toEqual([]);
});

test('a second process is refused with the id of the process that holds the lock', () => {
  const unlock = takeInstanceLock(path);
  expect(() => takeInstanceLock(path)).toThrow(new RegExp(`Process ${process.pid} holds ${path}`));
  expect(readdirSync(folder)).toEqual(['helper.lock']);
  unlock();
  takeInstanceLock(path)();
});

test.each([
  ['of a process that is gone', '4194305 123\n'],
  ['of a living process that started at another time', `${process.pid} 1\n`],
  ['without a start time', `${process.pid}\n`],
  ['that is empty', ''],
  ['that is no text', '\u0000\u00ff/../1'],
])('a lock %s does not block', (_, text) => {
  writeFileSync(path, text);
  takeInstanceLock(path)();
  expect(readdirSync(folder)).toEqual([]);
});

test('leftovers of a process killed while acquiring the lock are removed, and nothing else', () => {
  writeFileSync(`${path}.4194305`, 'x');
  writeFileSync(`${path}.4194305.stale`, 'x');
  writeFileSync(`${path}.${process.ppid}`, 'of one that is taking it now');
  takeInstanceLock(path)();
  expect(readdirSync(folder)).toEqual([`helper.lock.${process.ppid}`]);
});

test('the lock of a killed process that is still a zombie does not block', async () => {
  // The shell becomes a program that never waits: its first child stays a zombie.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const zombie = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  while (!/\) Z /.test(readFileSync(`/proc/${zombie}/stat`, 'latin1'))) await sleep(5);
  writeFileSync(path, `${zombie} ${startTime(zombie)}\n`);
  takeInstanceLock(path)();
});
