/** Quantities as text: short enough for a table cell, precise enough to compare. */

/** `1.2 GB`: powers of 1000, as usual for network rates; three digits at most. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.9 s`, `14 s`, `5 min`, `3 h`, `2 d`. @param ms a negative time counts as 0 */
export function durationText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 3_570) return `${Math.round(seconds / 60)} min`;
  const hours = Math.round(seconds / 3_600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `12 s ago`: whole seconds, since it is shown beside a clock that ticks every second. */
export function ageText(time: string, nowMs: number): string {
  return `${durationText(Math.round((nowMs - Date.parse(time)) / 1000) * 1000)} ago`;
}

/** A short time, such as a round trip: `0.6 ms`, `21 ms`. */
export function millisecondsText(ms: number): string {
  return `${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** `12:04:31` in local time. @param time RFC 3339 */
export function clockText(time: string): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}
