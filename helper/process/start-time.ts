import { readFileSync } from 'node:fs';

/**
 * When a process started, in clock ticks since boot (proc(5), field 22 of stat): with its number this names one
 * process, also when the number is used again. Undefined for a process that is not there, or ended and not yet
 * waited for.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in brackets, which may hold spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
