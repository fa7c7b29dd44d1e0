import type { SeededRandom } from '../support/seeded-random.ts';

/** Changes to good inputs: near enough to pass the first checks, wrong enough to reach the later ones. */

export function below(random: SeededRandom, limit: number): number {
  return Math.floor(random.next() * limit);
}

export function oneOf<T>(random: SeededRandom, choices: readonly [T, ...T[]]): T {
  return choices[below(random, choices.length)] ?? choices[0];
}

/** Difficult input for parsers: separators, controls, look-alikes, numbers at limits, words with a meaning. */
const tokens: readonly [string, ...string[]] = [
  '\0',
  '\n',
  '\r\n',
  '\u001b[2J',
  '\u009b',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u3164',
  '\ud800',
  'é',
  '😀',
  '.',
  '..',
  '/',
  '%',
  '#',
  '=',
  ':',
  '::',
  '[',
  ']',
  '{',
  '}',
  '"',
  '\\',
  ',',
  ' ',
  '\t',
  '-',
  '--',
  '*',
  '0',
  '-1',
  '65536',
  '4294967296',
  '1e309',
  'NaN',
  '0x0a',
  '007',
  '999999999999999999999',
  '0.0.0.0/0',
  '::/0',
  '127.0.0.1',
  '::1',
  'fe80::1%eth0',
  '255.255.255.255',
  '9.9.9.9/32',
  '10.0.0.0/8',
  '224.0.0.1',
  'localhost',
  'wpad',
  'com',
  'github.com',
  'local',
  'metadata.google.internal',
  '__proto__',
  'constructor',
  'toString',
  'PostUp = touch /tmp/x',
  '[Interface]',
  '[Peer]',
  'AllowedIPs = ',
  'Endpoint = ',
  'null',
  'true',
  '[]',
  '{}',
  '# BEGIN homing: written by Homing, removed on disconnect',
  '# END homing',
  'eth0',
  '../../etc/passwd',
  '$(id)',
  '`id`',
];

/** One to eight edits: cut, repeat, swap, insert, overwrite, flip a bit. */
export function mutateText(random: SeededRandom, text: string): string {
  let result = text;
  for (let edits = 1 + below(random, 8); edits > 0; edits -= 1) {
    const from = below(random, result.length + 1);
    const to = Math.min(result.length, from + below(random, 1 + below(random, 200)));
    const part = result.slice(from, to);
    const replacement = oneOf(random, [
      () => '',
      () => part.repeat(2 + below(random, 3)),
      () => oneOf(random, tokens),
      () => oneOf(random, tokens) + part,
      () => String.fromCharCode(below(random, 0x10000)),
      () => [...part].reverse().join(''),
      // Mostly a single bracket: deep nesting is a case of its own.
      () => '['.repeat(below(random, 20) === 0 ? 100_000 : 1),
    ])();
    result = result.slice(0, from) + replacement + result.slice(to);
  }
  return result.slice(0, 1_200_000);
}

export function mutateBytes(random: SeededRandom, bytes: Uint8Array): Buffer {
  const result = Buffer.from(bytes);
  for (let edits = 1 + below(random, 6); edits > 0 && result.length > 0; edits -= 1)
    result[below(random, result.length)] = below(random, 256);
  const length = random.next() < 0.8 ? result.length : below(random, result.length + 64);
  return length <= result.length
    ? result.subarray(0, length)
    : Buffer.concat([result, random.bytes(length - result.length)]);
}

function strangeValue(random: SeededRandom): unknown {
  return oneOf<() => unknown>(random, [
    () => oneOf(random, tokens),
    () => oneOf(random, tokens).repeat(1 + below(random, 300)),
    () => null,
    () => true,
    () => below(random, 70_000) - 100,
    () => Number.MAX_SAFE_INTEGER,
    () => [],
    () => ({}),
    () => Array.from({ length: below(random, 300) }, () => oneOf(random, tokens)),
    () => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown,
  ])();
}

/** A copy of a JSON value with one node replaced, removed, duplicated or added, or a string in it mutated. */
export function mutateJson(random: SeededRandom, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.next() < 0.05) {
    return typeof value === 'string' && random.next() < 0.6
      ? mutateText(random, value)
      : strangeValue(random);
  }
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    const at = below(random, copy.length + 1);
    const action = random.next();
    if (at === copy.length || action < 0.1) copy.splice(at, 0, strangeValue(random));
    else if (action < 0.2) copy.splice(at, 1);
    else if (action < 0.35) copy.splice(at, 0, ...copy.slice(at, at + 1 + below(random, 40)));
    else copy[at] = mutateJson(random, copy[at]);
    return copy;
  }
  const entries: [string, unknown][] = Object.entries(value);
  const at = below(random, entries.length + 1);
  const [key, inner] = entries[at] ?? [oneOf(random, tokens), strangeValue(random)];
  if (random.next() < 0.05) return Object.fromEntries(entries.filter((_, i) => i !== at));
  return { ...value, [key]: at === entries.length ? inner : mutateJson(random, inner) };
}

/** {@link mutateJson} several times. */
export function mutatedJson(random: SeededRandom, value: unknown): unknown {
  let result = value;
  for (let times = 1 + below(random, 3); times > 0; times -= 1) result = mutateJson(random, result);
  return result;
}
