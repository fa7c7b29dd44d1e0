import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimestampSource, tai64n } from '../../../../../helper/paths/probe/tai64n.ts';
import type { Problem } from '../../../../../shared/errors/problem.ts';

let directory: string;
let statePath: string;
let problems: Problem[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-tai64n-'));
  statePath = join(directory, 'probe-clock');
  problems = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (nowMs: () => number): TimestampSource =>
  new TimestampSource({ statePath, nowMs, onProblem: (problem) => problems.push(problem) });
const isNewer = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) > 0;
const january = Date.UTC(2026, 0, 1);

describe('TAI64N', () => {
  it('counts seconds from 2^62 + 10 and nanoseconds, both big-endian', () => {
    expect(Buffer.from(tai64n(0n)).toString('hex')).toBe('400000000000000a00000000');
    expect(Buffer.from(tai64n(1_500_000_000_000_000_001n)).toString('hex')).toBe('4000000059682f0a00000001');
  });
});

describe('timestamps', () => {
  it('follow the clock', () => {
    const source = start(() => january);
    expect(source.next()).toEqual(tai64n(BigInt(january) * 1_000_000n));
  });

  it('strictly increase whatever the clock does, over restarts with and without a clean end', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('move' as const), ms: fc.integer({ min: -1e11, max: 1e11 }) }),
      fc.record({ kind: fc.constant('tick' as const), ms: fc.integer({ min: 0, max: 90_000 }) }),
      fc.record({ kind: fc.constantFrom('crash' as const, 'close' as const), ms: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        rmSync(statePath, { force: true });
        let nowMs = january;
        let source = start(() => nowMs);
        let last = source.next();
        for (const { kind, ms } of steps) {
          nowMs += ms;
          if (kind === 'close') source.close();
          if (kind === 'close' || kind === 'crash') source = start(() => nowMs);
          for (let i = 0; i < 3; i++) {
            const next = source.next();
            expect(isNewer(next, last)).toBe(true);
            last = next;
          }
        }
        expect(problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('cost one write in a minute of probing 20 times a second', () => {
    let nowMs = january;
    const source = start(() => nowMs);
    const inodes = new Set<number>();
    for (let i = 0; i < 20 * 60; i++) {
      source.next();
      inodes.add(statSync(statePath).ino);
      nowMs += 50;
    }
    expect(inodes.size).toBe(1);
  });

  it('do not run away from the clock when the helper crashes in a loop', () => {
    for (let i = 0; i < 30; i++) start(() => january).next();
    // The first crash costs the minute that was reserved, each further one a second.
    const latest = tai64n(BigInt(january + 60_000 + 31_000) * 1_000_000n);
    expect(isNewer(latest, start(() => january).next())).toBe(true);
  });

  it('begin at the clock again after a clean end', () => {
    const source = start(() => january);
    source.next();
    source.close();
    expect(start(() => january + 1).next()).toEqual(tai64n(BigInt(january + 1) * 1_000_000n));
  });

  it('keep the state file to its owner', () => {
    start(() => january).next();
    expect(statSync(statePath).mode & 0o777).toBe(0o600);
    expect(readFileSync(statePath, 'utf8')).toMatch(/^homing-tai64n-v1 \d+\n$/);
  });
});

describe('a state file that is of no use', () => {
  it('is reported when damaged, and timestamps go on from the clock', () => {
    for (const damage of ['', 'homing-tai64n-v1 12', 'homing-tai64n-v1 -5\n', '\u0000'.repeat(40)]) {
      problems = [];
      writeFileSync(statePath, damage);
      const first = start(() => january).next();
      expect(first).toEqual(tai64n(BigInt(january) * 1_000_000n));
      expect(problems.map(({ code }) => code)).toEqual(['probe-clock-state']);
      expect(problems[0]?.cause).toContain('cannot be understood');
    }
  });

  it('is reported when it cannot be read', () => {
    mkdirSync(statePath);
    start(() => january).next();
    expect(problems[0]?.cause).toContain('cannot be read');
  });

  it('is reported once when it cannot be written, and written as soon as it can be', () => {
    statePath = join(directory, 'missing', 'probe-clock');
    let nowMs = january;
    const source = start(() => nowMs);
    let last = source.next();
    for (let i = 0; i < 5; i++) {
      nowMs += 61_000;
      const next = source.next();
      expect(isNewer(next, last)).toBe(true);
      last = next;
    }
    expect(problems.map(({ cause }) => cause)).toEqual([expect.stringContaining('cannot be written')]);
    mkdirSync(join(directory, 'missing'));
    chmodSync(join(directory, 'missing'), 0o700);
    nowMs += 61_000;
    source.next();
    expect(statSync(statePath).size).toBeGreaterThan(0);
  });
});
