import { expect, test } from 'vitest';
import { FlightRecorder } from '../../../../../helper/paths/flight-recorder.ts';
import {
  type FlightRecord,
  flightText,
  parseFlightRecords,
} from '../../../../../shared/paths/flight/flight-record.ts';
import { replay, replayText } from '../../../../../shared/paths/flight/replay.ts';
import { shortenAddresses } from '../../../../../shared/text/shorten-addresses.ts';
import { internet, lan } from '../../../support/machine-run.ts';
import { MachineWorld } from '../../../support/machine-world.ts';
import { randomFrom } from '../../../support/make-candidates.ts';

const known = [
  { endpoint: lan, path: 'lan', source: 'invite' },
  { endpoint: internet, path: 'internet', source: 'invite' },
] as const;

/** Half an hour on paths that fall silent again and again, recorded. */
function recorded(capacity: number): FlightRecord {
  const random = randomFrom(7);
  const world = new MachineWorld(known, (endpoint) => {
    return random() < 0.4 ? null : (endpoint === lan ? 1 : 30) + 5 * random();
  });
  const recorder = new FlightRecorder('nas', world.state, capacity);
  world.onStep = (event, effects) => recorder.add(event, effects, world.nowMs);
  world.send({ type: 'started', endpoint: internet });
  for (let minute = 1; minute <= 30; minute += 1) {
    world.runUntil(minute * 60_000);
    world.send({ type: 'silent', sinceMs: world.nowMs - 300 });
  }
  return recorder.record;
}

const whole = recorded(100_000);
const decided = (record: FlightRecord) => replay(record).flatMap(({ decisions }) => decisions);

test('a record decides the same when it is replayed', () => {
  expect(decided(whole).filter((one) => one.startsWith('moved')).length).toBeGreaterThan(3);
  expect(replay(whole).every(({ isSame }) => isSame)).toBe(true);
});

test('the last events alone decide the same: what came before them is in the state', () => {
  const last = recorded(200);
  expect(last.entries).toEqual(whole.entries.slice(-200));
  expect(replay(last).every(({ isSame }) => isSame)).toBe(true);
  expect(decided(last)).toEqual(decided(whole).slice(-decided(last).length));
});

test('a record survives in a text with other lines, and the shortening of its addresses', () => {
  const text = `## status\n{"a": 1}\n{"cut": \n\n## flight record of nas\n${flightText(whole)}\n## more\n`;
  expect(parseFlightRecords(text)).toEqual([whole]);
  const shortened = shortenAddresses(text);
  expect(shortened).not.toMatch(/192\.0\.2|198\.51\.100/);
  const [record] = parseFlightRecords(shortened);
  if (record === undefined) throw new Error('the record is gone');
  expect(replay(record).every(({ isSame }) => isSame)).toBe(true);
});

test('a step is printed with its decision and reason, and where the engine now decides otherwise', () => {
  const steps = replay(whole);
  const move = steps.find(({ decisions }) => decisions.some((decision) => decision.startsWith('moved')));
  if (move === undefined) throw new Error('nothing moved');
  expect(replayText(move)).toMatch(/ s {2}move-ended .*\n {2}on .*\n {2}\* moved .* \(.+\)/);
  const entries = whole.entries.map((entry) => ({
    ...entry,
    decisions: entry.decisions.map(() => 'kept (it was otherwise)'),
  }));
  const different = replay({ ...whole, entries }).find(({ isSame }) => !isSame);
  if (different === undefined) throw new Error('nothing differs');
  expect(replayText(different)).toContain('* DIFFERS: it was kept (it was otherwise)');
});

test('a text without a record is refused, with what to do', () => {
  expect(() => parseFlightRecords('## status\n{}')).toThrow('There is nothing to replay');
});

test('a record of another format is refused, not replayed by other names', () => {
  const earlier = flightText(whole).replace('{"flight":3,', '{"flight":1,');
  expect(() => parseFlightRecords(earlier)).toThrow('The recording is from another version of Homing');
});
