import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { commandsFor, main } from '../../../cli/main.ts';
import { homingVersion } from '../../../shared/version.ts';

test.each(['--version', '-V'])('`homing %s` prints the version and loads no command', async (option) => {
  const printed: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      printed.push(chunk.toString());
      done();
    },
  });
  const io = { stdout: stream, stderr: stream, stdin: process.stdin, env: {}, now: () => 0 };
  expect(await main(['node', 'homing', option], io)).toBe(0);
  expect(printed.join('')).toBe(`${homingVersion}\n`);
  expect(await commandsFor(option)).toEqual([]);
});

test('a command line that names a command loads that one, any other all', async () => {
  expect(await commandsFor('up')).toHaveLength(1);
  expect((await commandsFor('--help')).length).toBeGreaterThan(10);
});
