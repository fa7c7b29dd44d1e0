import type { MoveSummaries, RestartSummary, Result } from './result.ts';
import { type Verdict, verdictsOn } from './targets.ts';

/** The result for readers: a table with the targets, then the baselines. */
export function reportText(result: Result): string {
  const rows = verdictsOn(result).map(({ what, measured, target, met }: Verdict) => [
    what,
    measured,
    target,
    met ? 'met' : 'MISSED',
  ]);
  const baselines = baselineRows(result);
  return [
    table([['', 'measured', 'target', ''], ...rows]),
    ...(baselines.length === 0 ? [] : ['', table([['same moves with', '', 'measured'], ...baselines])]),
    ...(result.problems ?? []).map((problem) => `Problem: ${problem}`),
    '',
  ].join('\n');
}

function baselineRows({ baselines }: Result): string[][] {
  if (baselines === undefined) return [];
  const { pingScript, plainSet, plainRestart, nebula } = baselines;
  return [
    ...moveRows('the ping script', pingScript),
    ...(plainSet === undefined
      ? []
      : [['plain `wg set`', 'moves that hold under load', `${plainSet.held} of ${plainSet.attempted}`]]),
    ...(plainRestart === undefined ? [] : [restartRow(plainRestart)]),
    ...moveRows('Nebula', nebula),
  ];
}

function moveRows(name: string, moves: MoveSummaries | undefined): string[][] {
  if (moves === undefined) return [];
  const rows: string[][] = [];
  const gone = (gaveUp: number) => (gaveUp === 0 ? '' : `, ${gaveUp} given up`);
  for (const [what, gap] of [
    ['LAN to internet, link goes down', moves.lanToPublicEvent],
    ['LAN to internet, silent loss', moves.lanToPublicSilent],
  ] as const) {
    if (gap === undefined) continue;
    const { gapP50Ms, gapP95Ms, n, gaveUp } = gap;
    rows.push([name, what, `gap p50 ${seconds(gapP50Ms)}, p95 ${seconds(gapP95Ms)}, n ${n}${gone(gaveUp)}`]);
  }
  for (const [what, after] of [
    ['internet to LAN, after an event', moves.publicToLanEvent],
    ['internet to LAN, without an event', moves.publicToLanNoEvent],
  ] as const) {
    if (after === undefined) continue;
    const { afterP50Ms, afterP95Ms, lostP95, n, gaveUp } = after;
    const times = `after p50 ${seconds(afterP50Ms)}, p95 ${seconds(afterP95Ms)}, lost p95 ${lostP95}`;
    rows.push([name, what, `${times}, n ${n}${gone(gaveUp)}`]);
  }
  if (moves.underLoad !== undefined) {
    const { attempted, held } = moves.underLoad;
    rows.push([name, 'moves that hold under load', `${held} of ${attempted}`]);
  }
  return rows;
}

function restartRow({ gapP50Ms, gapP95Ms, n }: RestartSummary): string[] {
  const measured = `gap p50 ${seconds(gapP50Ms)}, p95 ${seconds(gapP95Ms)}, n ${n}`;
  return ['WireGuard alone', 'nas restarts its WireGuard', measured];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
