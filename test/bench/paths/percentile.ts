/**
 * The nearest-rank percentile: the smallest sample that at least `share` per cent of all samples do not exceed, so
 * always a value that was measured. To a tenth.
 * @returns NaN (null in JSON) without samples
 */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((share / 100) * sorted.length));
  const value = sorted[rank - 1] ?? Number.NaN;
  return Math.round(value * 10) / 10;
}
