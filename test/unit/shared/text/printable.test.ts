import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HomingError, shown } from '../../../../shared/errors/problem.ts';
import { printable } from '../../../../shared/text/printable.ts';

test.each([
  ['an escape sequence of a terminal', '\u001b[2Jx', '\\u001b[2Jx'],
  ['its C1 form', '\u009b2Jx', '\\u009b2Jx'],
  ['a right-to-left override', 'nas\u202etxt.exe', 'nas\\u202etxt.exe'],
  ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['a zero-width space', 'na\u200bs', 'na\\u200bs'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['a tag character beyond the first plane', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
  ['a carriage return, which would overwrite the line', 'good\rbad', 'good\\u000dbad'],
])('%s is shown, not obeyed', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('words of any language, newlines and tabs stay as they are', () => {
  const text = 'büro\n\tсервер 服务器 نانو ✓ 😀';
  expect(printable(text)).toBe(text);
});

test('control characters are escaped in any text, and JSON reads the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}|\p{Zl}|\p{Zp}/u);
      const json = JSON.stringify({ text });
      expect(JSON.parse(printable(json))).toEqual({ text });
    }),
  );
});

test('a rejected value is shown in 60 characters and no time, however deep or long it is', () => {
  const depth = 1_000_000;
  const bomb: unknown = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  const values = [bomb, { a: bomb }, 'x'.repeat(50_000_000), Array(1_000_000).fill(bomb)];
  const startedAt = performance.now();
  for (const value of values) {
    expect(shown(value).length).toBeLessThanOrEqual(61);
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(shown('a\u009bb')).toBe('"a\\u009bb"');
  expect(shown(undefined)).toBe('undefined');
  expect(new HomingError({ code: 'c', title: 't', cause: shown(bomb), remedy: 'r' }).problem.cause).toMatch(
    /^\[/,
  );
});
