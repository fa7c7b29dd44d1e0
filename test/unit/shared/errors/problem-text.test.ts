import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemInText, problemText } from '../../../../shared/errors/problem-text.ts';

const sentence = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '');

test('what one program prints another reads, whatever else is printed around it', () => {
  fc.assert(
    fc.property(sentence, sentence, sentence, (title, cause, remedy) => {
      const text = problemText({ title, cause, remedy });
      expect(text.split('\n')).toHaveLength(4);
      const read = problemInText(`(node:1) Warning: x\n${text}more\n`);
      expect(problemText(read ?? { title: '', cause: '', remedy: '' })).toBe(text);
    }),
  );
});

test('a message of several lines is one line of the problem', () => {
  const text = problemText({
    title: 'It failed',
    cause: 'Command failed: nft\n  syntax error',
    remedy: 'Look.',
  });
  expect(problemInText(text)?.cause).toBe('Command failed: nft syntax error');
});

test.each(['', 'Killed\n', 'One line\nanother\n', 'Title\n  only a cause\n'])('%j has no problem', (text) => {
  expect(problemInText(text)).toBeUndefined();
});
