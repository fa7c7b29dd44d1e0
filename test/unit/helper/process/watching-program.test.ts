import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { completeLines, WatchingProgram } from '../../../../helper/process/watching-program.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-watching-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function program(script: string): string {
  const path = join(directory, 'monitor');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

test('a line that arrives in pieces is passed on once, as a whole', () => {
  const lines: string[] = [];
  const read = completeLines((text) => lines.push(text));
  for (const piece of ['add table in', 'et homing_kill', '_switch\nadd chain a\nadd ', 'chain b\n', '\n'])
    read(piece);
  expect(lines).toEqual(['add table inet homing_kill_switch\nadd chain a', 'add chain b', '']);
});

test('a program that ends is started again, with another reader, and the restart is reported', async () => {
  const outputs: string[] = [];
  let readers = 0;
  const onRestart = vi.fn();
  const watching = new WatchingProgram({
    program: program('echo started; exit 1'),
    args: [],
    reader: () => {
      readers += 1;
      const number = readers;
      return (output) => void outputs.push(`${number} ${output.trim()}`);
    },
    onRestart,
  });
  await vi.waitFor(() => expect(outputs).toEqual(['1 started', '2 started']), { timeout: 10_000 });
  await watching.stop();
  expect(onRestart).toHaveBeenCalled();
});

test('a program whose output cannot be read is replaced', async () => {
  const onRestart = vi.fn();
  const watching = new WatchingProgram({
    program: program('echo nonsense; exec sleep 30'),
    args: [],
    reader: () => () => {
      throw new Error('not a message');
    },
    onRestart,
  });
  await vi.waitFor(() => expect(onRestart).toHaveBeenCalled(), { timeout: 10_000 });
  await watching.stop();
});

test('a program that cannot be started does not keep the helper from stopping', async () => {
  const watching = new WatchingProgram({
    program: join(directory, 'missing'),
    args: [],
    reader: () => () => undefined,
    onRestart: () => undefined,
  });
  await watching.stop();
});
