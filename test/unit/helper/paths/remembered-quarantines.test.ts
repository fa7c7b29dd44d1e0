import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RememberedQuarantines } from '../../../../helper/paths/remembered-quarantines.ts';
import { firstQuarantineMs, maxQuarantineMs } from '../../../../shared/paths/machine/quarantine.ts';
import { type NetworkIdentity, networkIdentity } from '../../../../shared/paths/network-identity.ts';

const profile = 'abcdefgh01234567';
const start = Date.UTC(2026, 10, 22);

let folder: string;
let path: string;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-quarantines-'));
  path = join(folder, `quarantines-${profile}.json`);
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A helper that runs since `sinceMs` of the wall clock, and the clocks as it sees them. */
function open(wallMs: number, uptimeMs = 1_000): RememberedQuarantines {
  const time = { nowMs: () => uptimeMs, wallMs: () => wallMs };
  return new RememberedQuarantines(folder, profile, time, (reason) => problems.push(reason));
}

function network(number: number): NetworkIdentity {
  const identity = networkIdentity(`02:00:00:00:00:${number.toString(16).padStart(2, '0')}`);
  if (identity === null) throw new Error(`no network ${number}`);
  return identity;
}

function quarantine(uptimeMs: number, number = 1, failures = 1) {
  return { network: network(number), failures, untilMs: uptimeMs + firstQuarantineMs };
}

function remainingMs(quarantines: RememberedQuarantines, uptimeMs = 1_000): number {
  return (quarantines.get('nas')[0]?.untilMs ?? Number.NaN) - uptimeMs;
}

test('a quarantine holds for the next helper, for the time that remains, whatever that helper’s own clock shows', () => {
  open(start).set('nas', [quarantine(1_000)]);
  expect(open(start + 60_000, 7).get('nas')).toEqual([
    { network: network(1), failures: 1, untilMs: 7 + firstQuarantineMs - 60_000 },
  ]);
  expect(open(start).get('vps')).toEqual([]);
  expect(open(start).get('constructor')).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(problems).toEqual([]);
});

test('its failures are remembered for an hour after its end, so that the next lasts longer, and then forgotten', () => {
  open(start).set('nas', [quarantine(1_000, 1, 3)]);
  expect(open(start + firstQuarantineMs + 3_500_000).get('nas')).toMatchObject([{ failures: 3 }]);
  expect(open(start + firstQuarantineMs + 3_600_000).get('nas')).toEqual([]);
});

test('a clock that is set back restarts it once, and it ends all the same', () => {
  open(start).set('nas', [quarantine(1_000)]);
  const back = start - 30 * 86_400_000;
  expect(remainingMs(open(back))).toBe(firstQuarantineMs);
  expect(remainingMs(open(back + 100_000))).toBe(firstQuarantineMs - 100_000);
  expect(remainingMs(open(back + firstQuarantineMs))).toBe(0);
});

test('a network that was not identified is not stored, and the number is limited', () => {
  open(start).set('nas', [{ network: null, failures: 1, untilMs: 99_000 }]);
  expect(open(start).get('nas')).toEqual([]);
  const many = Array.from({ length: 40 }, (_, number) => quarantine(1_000, number));
  open(start).set('nas', many);
  expect(open(start).get('nas')).toHaveLength(16);
});

test('no sequence of clock settings and restarts makes it last longer than its time per setting', () => {
  const jumps = fc.array(fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }), { maxLength: 6 });
  fc.assert(
    fc.property(jumps, (all) => {
      rmSync(path, { force: true });
      let wallMs = start;
      open(wallMs).set('nas', [{ ...quarantine(1_000), untilMs: 1_000 + maxQuarantineMs }]);
      for (const jump of all) {
        wallMs = Math.max(0, wallMs + jump);
        const [left] = open(wallMs).get('nas');
        expect(left === undefined || left.untilMs - 1_000 <= maxQuarantineMs).toBe(true);
      }
      expect(remainingMs(open(wallMs)) <= maxQuarantineMs || open(wallMs).get('nas').length === 0).toBe(true);
      expect(open(wallMs + maxQuarantineMs + 3_600_000).get('nas')).toEqual([]);
    }),
  );
});

test.each([
  '{',
  '[]',
  '{"nas":[{"network":"ff:ff:ff:ff:ff:ff","failures":1,"writtenAtMs":1,"remainingMs":1}]}',
  '{"nas":[{"network":"02:00:00:00:00:01","failures":1,"writtenAtMs":1,"remainingMs":86400001}]}',
  '{"nas":[{"network":"02:00:00:00:00:01","failures":0,"writtenAtMs":1,"remainingMs":1}]}',
])('a damaged file %s holds none, is reported, and is written again', (text) => {
  writeFileSync(path, text);
  const quarantines = open(start);
  expect(quarantines.get('nas')).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/could not be loaded/)]);
  quarantines.set('nas', [quarantine(1_000)]);
  expect(readFileSync(path, 'utf8')).toContain('02:00:00:00:00:01');
});

test('a LAN counts as quarantined here only in its network; without a quarantine nothing is read', async () => {
  let readings = 0;
  const system = (here: NetworkIdentity | null) => ({
    neighbourhood: async () => {
      readings += 1;
      const networks = new Map(here === null ? [] : [['eth0', here]]);
      return { links: [], networks, neighbours: [], unknownGateways: [], known: [] };
    },
  });
  expect(await open(start).here(system(network(1)))).toEqual(new Set());
  expect(readings).toBe(0);
  open(start).set('nas', [quarantine(1_000)]);
  expect(await open(start).here(system(network(1)))).toEqual(new Set(['nas']));
  expect(await open(start).here(system(network(2)))).toEqual(new Set());
  expect(await open(start).here(system(null))).toEqual(new Set());
  expect(await open(start + firstQuarantineMs).here(system(network(1)))).toEqual(new Set());
});
