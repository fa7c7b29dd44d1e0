import * as z from 'zod';
import { HomingError } from '../../errors/problem.ts';
import type { PathEffect } from '../machine/effects.ts';
import type { PathEvent } from '../machine/events.ts';
import type { PathState } from '../machine/state.ts';

/** The events of one controller's path, enough to replay them. It holds no key. */

/**
 * The version of the format, which holds state and events by the machine's own names: another name or meaning of any of
 * them is another version. A record of another version is refused, not replayed wrongly.
 */
const flightVersion = 3;

/** One event, with the decisions that followed from it. */
export interface FlightEntry {
  readonly atMs: number;
  readonly event: PathEvent;
  readonly decisions: readonly string[];
}

export interface FlightRecord {
  readonly controller: string;
  /** Before the first entry. */
  readonly state: PathState;
  readonly entries: readonly FlightEntry[];
}

/** The decisions among some effects, as recorded and compared: `moved 192.0.2.10:51820 (answered on ...)`. */
export function decisionsIn(effects: readonly PathEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.do !== 'record') return [];
    const { kind, to, reason } = effect.decision;
    return [`${kind}${to == null ? '' : ` ${to}`} (${reason})`];
  });
}

/** One JSON object per line: a head, then the entries. */
export function flightText({ controller, state, entries }: FlightRecord): string {
  return [{ flight: flightVersion, controller, state }, ...entries]
    .map((line) => JSON.stringify(line))
    .join('\n');
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const versionSchema = z.object({ flight: z.int() });
const headSchema = z.object({
  flight: z.literal(flightVersion),
  controller: z.string(),
  state: z.custom<PathState>((value) => isObject(value) && 'phase' in Object(value)),
});
const entrySchema = z.object({
  atMs: z.number(),
  event: z.custom<PathEvent>((value) => isObject(value) && 'type' in Object(value)),
  decisions: z.array(z.string()),
});

/**
 * The records in a text, such as the diagnostics of a helper; other lines are skipped.
 * @throws HomingError `no-flight-record` when there is none, `other-flight-version` when one has another version
 */
export function parseFlightRecords(text: string): readonly FlightRecord[] {
  const records: { controller: string; state: PathState; entries: FlightEntry[] }[] = [];
  for (const line of text.split('\n').map((part) => part.trim())) {
    if (!line.startsWith('{"')) continue;
    const parsed = parsedLine(line);
    const version = versionSchema.safeParse(parsed);
    if (version.success && version.data.flight !== flightVersion) throw otherVersion(version.data.flight);
    const head = headSchema.safeParse(parsed);
    if (head.success) {
      const { controller, state } = head.data;
      records.push({ controller, state, entries: [] });
    }
    const entry = entrySchema.safeParse(parsed);
    if (entry.success) records.at(-1)?.entries.push(entry.data);
  }
  if (records.length > 0) return records;
  throw new HomingError({
    code: 'no-flight-record',
    title: 'There is nothing to replay',
    cause: 'The file contains no flight record: no line begins with {"flight":.',
    remedy: 'Save the output of `homing diagnostics` while a network is connected, and give that file.',
  });
}

function otherVersion(version: number): HomingError {
  return new HomingError({
    code: 'other-flight-version',
    title: 'The recording is from another version of Homing',
    cause: `The flight record has format ${version}; this version replays format ${flightVersion}.`,
    remedy: 'Replay it with the version that recorded it: the report names it under "helper".',
  });
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not a record: the text is a copy, and may be truncated.
    return undefined;
  }
}
