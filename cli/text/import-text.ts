import type { ImportResult } from '../../client/profiles/import-profile.ts';
import type { Difference, ImportDescription } from '../../shared/invite/describe.ts';
import { alignedRows } from './table.ts';

const shownControllers = 12;

/** What an import does, for a person to agree to. */
export function importText(preview: ImportResult): string {
  const { description } = preview;
  const head =
    preview.kind === 'new'
      ? `Network "${description.network}" for this laptop as "${description.peer}"`
      : `Update of the network "${description.network}"`;
  const parts = [
    head,
    '',
    alignedRows(facts(description), '  '),
    '',
    alignedRows(controllerRows(description), '  '),
    ...moreControllers(description),
    ...differenceLines(preview.differences),
    ...refusedLines(description),
  ];
  return `${parts.join('\n')}\n`;
}

function facts(description: ImportDescription): string[][] {
  const { fingerprint, addresses, names, serial } = description;
  return [
    ...(fingerprint === null
      ? [['Signed by', 'nobody: a WireGuard file carries no signature']]
      : [['Signed by', fingerprint.words.join(' ')]]),
    ...(serial === null ? [] : [['Serial', String(serial)]]),
    ['Interface', description.interfaceName],
    ...addresses.map((address, i) => [i === 0 ? 'Addresses' : '', address]),
    ['Names', `${names.count} ending in .${names.domain}, written to the hosts file while connected`],
  ];
}

function controllerRows(description: ImportDescription): string[][] {
  const rows = description.controllers
    .slice(0, shownControllers)
    .map(({ name, private: lan, public: internet, routes }) => [
      name,
      lan.join(', ') || '-',
      internet.join(', ') || '-',
      routes.join(', ') || '-',
    ]);
  // An invite's controllers also carry their own subnet; those of a WireGuard file carry just what it lists.
  return [
    ['CONTROLLER', 'LAN', 'INTERNET', description.fingerprint === null ? 'RANGES' : 'ALSO ROUTES'],
    ...rows,
  ];
}

function moreControllers(description: ImportDescription): string[] {
  const more = description.controllers.length - shownControllers;
  return more > 0 ? [`  and ${more} more`] : [];
}

function differenceLines(changes: readonly Difference[]): string[] {
  if (changes.length === 0) return [];
  const rows = changes.map(({ what, change, from, to }) => [
    what,
    change,
    change === 'changed' ? `${from} -> ${to}` : (to ?? from ?? ''),
  ]);
  return ['', 'Changes', alignedRows(rows, '  ')];
}

function refusedLines(description: ImportDescription): string[] {
  if (description.refusedLines.length === 0) return [];
  const rows = description.refusedLines.map(({ line, text, reason }) => [`line ${line}`, text, reason]);
  return ['', 'Not carried out', alignedRows(rows, '  ')];
}
