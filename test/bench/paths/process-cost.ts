import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from '../../lab/holder.ts';

/** Resource use of a process, from proc_pid_stat(5) and proc_pid_status(5). */

/** USER_HZ is 100 on every architecture that Linux still runs on. */
const tickMs = 10;

/**
 * Processor time of a process in milliseconds: its own, and that of its children, ended or running.
 * @param except names of children to ignore
 */
export function cpuMsOf(pid: number, except: readonly string[] = []): number {
  const { name, ticks } = statOf(pid);
  if (except.includes(name)) return 0;
  return ticks * tickMs + childrenOf(pid).reduce((sum, child) => sum + cpuMsOf(child, except), 0);
}

function statOf(pid: number): { readonly name: string; readonly ticks: number } {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const end = text.lastIndexOf(')');
  const name = text.slice(text.indexOf('(') + 1, end);
  // After the name: state is field 3; utime, stime, cutime and cstime are 14 to 17.
  const fields = text.slice(end + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { name, ticks };
}

/**
 * How often the threads of a process were woken since they started, by thread name: the voluntary context switches,
 * since each is a thread that went to sleep. Threads that have ended are not counted.
 */
export function wakeUpsOf(pid: number): Readonly<Record<string, number>> {
  const wakeUps: Record<string, number> = {};
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1');
    const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '';
    const count = Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
    wakeUps[name] = (wakeUps[name] ?? 0) + count;
  }
  return wakeUps;
}

/**
 * The pids of the processes with a name in the same network namespace, for example the wireguard-go of the lab's
 * laptop.
 */
export function namedBeside(pid: number, name: string): readonly number[] {
  const space = readlinkSync(`/proc/${pid}/ns/net`);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((other) => isNamed(other, name) && readlinkSync(`/proc/${other}/ns/net`) === space);
}

/** A process may end while it is read. */
function isNamed(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === name;
  } catch {
    return false;
  }
}

/** Memory of a process with shared pages counted in proportion (PSS), in MiB to a tenth (proc_pid_smaps(5)). */
export function proportionalMiBOf(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no memory: it has ended`);
  return Math.round((Number(kib) / 1_024) * 10) / 10;
}

/** Resident memory of a process alone, in MiB to a tenth. */
export function residentMiBOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no resident memory: it has ended`);
  return Math.round((Number(kib) / 1_024) * 10) / 10;
}
