import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasBlock, withBlock, withoutBlock } from '../../../../helper/hosts/block.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';

const entries = [
  { address: 'fd28:387a:c1:4700::1', names: ['nas.wgnet'] },
  { address: 'fd28:387a:c1:4700:6987:50a0:9b93:4337', names: ['laptop.wgnet', 'laptop'] },
];
const begin = '# BEGIN homing: written by Homing, removed on disconnect';
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const text = (file: Buffer): string => file.toString('latin1');

const anyEntries = fc.array(
  fc.record({
    address: fc.ipV6(),
    names: fc.array(fc.stringMatching(/^[a-z0-9]{1,12}\.[a-z]{1,6}$/), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Any bytes, and bytes that look like a hosts file, with every kind of line end and of last line. */
const anyFile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('127.0.0.1 localhost', '# END homing', '# BEGIN', '', '\t', '# B\xfcro', '\r'),
        fc.string({ maxLength: 20 }),
      ),
      { maxLength: 8 },
    )
    .chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)))
    .map(bytes),
);
/** Whole lines, as another program adds them. */
const anyLines = fc
  .array(fc.stringMatching(/^[ -~]{0,20}$/), { maxLength: 3 })
  .map((lines) => bytes(lines.map((line) => `${line}\n`).join('')));

describe('removing the block', () => {
  test('gives back any file byte for byte', () => {
    fc.assert(
      fc.property(anyFile, anyEntries, (file, some) => {
        fc.pre(!text(file).includes('# BEGIN homing: '));
        expect(text(withoutBlock(withBlock(file, some)))).toBe(text(file));
      }),
      { numRuns: 500 },
    );
  });

  test('gives back any file also when the names changed any number of times', () => {
    fc.assert(
      fc.property(anyFile, fc.array(anyEntries, { maxLength: 4 }), (file, changes) => {
        fc.pre(!text(file).includes('# BEGIN homing: '));
        const changed = changes.reduce((before, some) => withBlock(before, some), file);
        expect(text(withoutBlock(changed))).toBe(text(file));
      }),
    );
  });

  test('keeps every byte that others wrote before and after it meanwhile', () => {
    fc.assert(
      fc.property(anyFile, anyEntries, anyLines, anyFile, (file, some, above, below) => {
        fc.pre(![file, above, below].some((part) => /# (BEGIN|END) homing/.test(text(part))));
        const connected = Buffer.concat([above, withBlock(file, some), below]);
        const added = file.length > 0 && file.at(-1) !== 10 && below.length > 0 ? '\n' : '';
        expect(text(withoutBlock(connected))).toBe(`${text(above)}${text(file)}${added}${text(below)}`);
      }),
      { numRuns: 500 },
    );
  });

  test('handles a file in which an editor added carriage returns', () => {
    const connected = text(withBlock(bytes('127.0.0.1 localhost\n'), entries));
    const edited = bytes(connected.replaceAll('\n', '\r\n'));
    expect(text(withoutBlock(edited))).toBe('127.0.0.1 localhost\r\n');
  });

  test('works when the last newline of the file was lost', () => {
    const connected = withBlock(bytes('127.0.0.1 localhost\n'), entries);
    expect(text(withoutBlock(connected.subarray(0, -1)))).toBe('127.0.0.1 localhost\n');
  });

  test('removes every block', () => {
    const block = text(withBlock(bytes(''), entries));
    expect(text(withoutBlock(bytes(`a\n${block}b\n${block}c\n`)))).toBe('a\nb\nc\n');
  });

  test('keeps lines that only resemble a part of a block', () => {
    for (const file of [`${begin}\n1 a\n`, '1 a\n# END homing\n', `x ${begin}\n# END homing\n`, `${begin}\n`])
      expect(text(withoutBlock(bytes(file)))).toBe(file);
  });

  test('keeps other lines when the end of an older block was deleted', () => {
    const broken = `127.0.0.1 localhost\n${begin}\n${'192.0.2.7 printer'}\n`;
    expect(text(withoutBlock(withBlock(bytes(broken), entries)))).toBe(broken);
  });
});

describe('the block', () => {
  test('is at the end, once, with one line per address', () => {
    const once = withBlock(bytes('127.0.0.1 localhost\n'), entries);
    expect(text(once)).toBe(
      [
        '127.0.0.1 localhost',
        begin,
        'fd28:387a:c1:4700::1 nas.wgnet',
        'fd28:387a:c1:4700:6987:50a0:9b93:4337 laptop.wgnet laptop',
        '# END homing',
        '',
      ].join('\n'),
    );
    expect(withBlock(once, entries).equals(once)).toBe(true);
    expect(hasBlock(once)).toBe(true);
  });

  test('starts on a new line when the file lacks its last newline', () => {
    const [first, second] = text(withBlock(bytes('127.0.0.1 localhost'), entries)).split('\n');
    expect([first, second]).toEqual(['127.0.0.1 localhost', `${begin} (with the newline before this line)`]);
  });

  test('is absent without names', () => {
    const file = withBlock(bytes('127.0.0.1 localhost\n'), []);
    expect(text(file)).toBe('127.0.0.1 localhost\n');
    expect(hasBlock(file)).toBe(false);
  });

  test('contains names beyond ASCII as UTF-8 next to bytes that are not', () => {
    const file = withBlock(Buffer.from([0xff, 0x0a]), [{ address: '::1', names: ['büro.wgnet'] }]);
    expect(file.subarray(0, 2).equals(Buffer.from([0xff, 0x0a]))).toBe(true);
    expect(file.toString('utf8')).toContain('::1 büro.wgnet\n');
  });
});

test.each([
  ['a newline in a name', '192.0.2.1', 'nas\n192.0.2.66 bank.example'],
  ['a carriage return', '192.0.2.1', 'nas\r'],
  ['a space', '192.0.2.1', 'nas bank.example'],
  ['the beginning of a comment', '192.0.2.1', '#nas'],
  ['no name', '192.0.2.1', ''],
  ['an address that is none', 'nas', 'nas'],
  ['an address with a newline', '192.0.2.1\n', 'nas'],
])('an entry with %s never reaches the file, whatever let it through', (_, address, name) => {
  expect(() => withBlock(Buffer.from('127.0.0.1 localhost\n'), [{ address, names: [name] }])).toThrow(
    HomingError,
  );
});
