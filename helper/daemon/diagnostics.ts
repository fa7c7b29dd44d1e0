import { readFileSync } from 'node:fs';
import type { Diagnostics } from '../../shared/contract/control-api.ts';
import type { Status } from '../../shared/contract/status.ts';
import { type FlightRecord, flightText } from '../../shared/paths/flight/flight-record.ts';
import type { DiagnosticText, TunnelSystem } from '../tunnel/system.ts';

/** 32 bytes in base64: every key but the known public keys is removed from the tools' output. */
const keyPattern = /[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=/g;

/** Removes every key from a text except public keys. */
export function withoutSecrets(text: string, publicKeys: ReadonlySet<string>): string {
  return text.replace(keyPattern, (key) => (publicKeys.has(key) ? key : '(hidden)'));
}

function publicKeysOf(status: Status): Set<string> {
  if (status.tunnel.state !== 'connected') return new Set();
  return new Set([status.tunnel.publicKey, ...status.tunnel.controllers.map((c) => c.publicKey)]);
}

function fileSection(path: string): DiagnosticText {
  try {
    return { title: path, text: readFileSync(path, 'utf8').trim() };
  } catch (error) {
    return { title: path, text: error instanceof Error ? error.message : String(error) };
  }
}

/** The diagnostics needed to find a fault, without secrets. */
export async function diagnose(
  status: Status,
  system: Pick<TunnelSystem, 'diagnostics'>,
  files: readonly string[],
  flights: readonly FlightRecord[],
): Promise<Diagnostics> {
  const sections = [
    { title: 'status', text: JSON.stringify(status, null, 2) },
    ...(await system.diagnostics()),
    ...files.map(fileSection),
    // Last, since they are long: readable text comes before data for `npm run replay`.
    ...flights.map((record) => ({
      title: `flight record of ${record.controller}`,
      text: flightText(record),
    })),
  ];
  const publicKeys = publicKeysOf(status);
  return { sections: sections.map(({ title, text }) => ({ title, text: withoutSecrets(text, publicKeys) })) };
}
