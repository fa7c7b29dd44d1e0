import type { ImportResult } from '../../client/profiles/import-profile.ts';
import type { Difference, ImportDescription } from '../../shared/invite/describe.ts';
import { lookupText } from '../../shared/text/dns-words.ts';
import { printable } from '../../shared/text/printable.ts';
import { alignedRows } from './table.ts';

/** Of those without routes: routes are always shown, since they capture traffic. */
const shownControllers = 12;

/** What an import does, for the user to confirm. */
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
  return printable(`${parts.join('\n')}\n`);
}

function facts(description: ImportDescription): string[][] {
  const { fingerprint, addresses, names, serial, dns, otherTraffic } = description;
  return [
    ...(fingerprint === null
      ? [['Signed by', 'nobody: a WireGuard file carries no signature']]
      : [['Signed by', fingerprint.words.join(' ')]]),
    ...(serial === null ? [] : [['Serial', String(serial)]]),
    ['Interface', description.interfaceName],
    ...addresses.map((address, i) => [i === 0 ? 'Addresses' : '', address]),
    ...(dns === null ? [] : [['Lookups', `${lookupText(dns)}, while connected`]]),
    ['Other traffic', otherTraffic.text],
    ['Names', `${names.count} ending in .${names.domain}, written to the hosts file while connected`],
  ];
}

/** The shown controllers: all with routes, and the first few others. */
function shownOf(description: ImportDescription): ImportDescription['controllers'] {
  const plain = description.controllers.filter(({ routes }) => routes.length === 0);
  const shown = new Set(plain.slice(0, shownControllers));
  return description.controllers.filter(
    (controller) => controller.routes.length > 0 || shown.has(controller),
  );
}

function controllerRows(description: ImportDescription): string[][] {
  const rows = shownOf(description).map(
    ({ name, description: words, private: lan, public: internet, routes }) => [
      words === null ? name : `${name} (${words})`,
      lan.join(', ') || '-',
      internet.join(', ') || '-',
      routes.join(', ') || '-',
    ],
  );
  // An invite's controllers also carry their own subnet; a WireGuard file's only the listed ranges.
  return [
    ['CONTROLLER', 'LAN', 'INTERNET', description.fingerprint === null ? 'RANGES' : 'ALSO ROUTES'],
    ...rows,
  ];
}

function moreControllers(description: ImportDescription): string[] {
  const more = description.controllers.length - shownOf(description).length;
  return more > 0 ? [`  and ${more} more without routes`] : [];
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
