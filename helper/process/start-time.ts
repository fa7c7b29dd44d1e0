import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { clearedEnvironment } from './run.ts';

/**
 * When a process started: together with its id this identifies a process, even when the id was reused. Undefined for a
 * process that does not exist, or is a zombie.
 */
export function startTimeOf(pid: number, platform: NodeJS.Platform = process.platform): string | undefined {
  return platform === 'linux' ? startTicks(pid) : startSecond(pid);
}

/** In clock ticks since boot (proc(5), field 22 of stat). */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in brackets, which may contain spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** By ps(1), to the second: an id is not reused within a second. Spaces would end the field of a lock. */
function startSecond(pid: number): string | undefined {
  try {
    const args = ['-o', 'stat=,lstart=', '-p', `${pid}`];
    const text = execFileSync('/bin/ps', args, { env: clearedEnvironment, encoding: 'utf8', timeout: 5_000 });
    const [state = '', ...start] = text.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : start.join('_');
  } catch {
    return undefined;
  }
}
