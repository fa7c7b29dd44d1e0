import { diagnosticsSchema } from '../../../shared/contract/control-api.ts';
import { parseFlightRecords } from '../../../shared/paths/flight/flight-record.ts';
import { replay } from '../../../shared/paths/flight/replay.ts';
import { rawCall } from './raw-call.ts';
import type { RoamingMesh } from './roaming-mesh.ts';

/**
 * Whether the helper does not return to a LAN for now, since a path there failed while the internet worked
 * (shared/paths/machine/quarantine.ts): the state of its flight record, replayed.
 */
export async function isLanQuarantined({ laptop }: RoamingMesh, controller: string): Promise<boolean> {
  const { text } = await rawCall(laptop.host, 'GET', '/v1/diagnostics');
  const { sections } = diagnosticsSchema.parse(JSON.parse(text));
  const record = parseFlightRecords(sections.map((section) => section.text).join('\n')).find(
    (one) => one.controller === controller,
  );
  if (record === undefined) return false;
  const state = replay(record).at(-1)?.state ?? record.state;
  const nowMs = record.entries.at(-1)?.atMs ?? 0;
  return state.quarantines.some(({ untilMs }) => untilMs > nowMs);
}
