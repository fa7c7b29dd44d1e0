import { readdir, readFile } from 'node:fs/promises';
import type { Host } from '../../lab/host.ts';

/** Resource use of all processes of the app, from /proc of their host. */

/** USER_HZ: clock ticks a second in /proc/PID/stat, 100 on every Linux that Node runs on (proc(5), sysconf(3)). */
const ticksPerSecond = 100;

async function processesOf(host: Host, program: string): Promise<readonly string[]> {
  const proc = host.outsidePath('/proc');
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`${proc}/${pid}/cmdline`, 'utf8').catch(() => '');
      return command.split('\0')[0]?.includes(program) ? [`${proc}/${pid}`] : [];
    }),
  );
  return found.flat();
}

export interface Memory {
  readonly processes: number;
  /** Each page counted once, shared pages in proportion (PSS), in MiB. */
  readonly proportionalMiB: number;
  /** Each process counted whole (RSS), in MiB: shared pages several times. */
  readonly residentMiB: number;
  /** PSS by the kind of process, as Chromium names it; several of one kind together. */
  readonly byKind: Readonly<Record<string, number>>;
}

/** @param program text in the first word of the command lines */
export async function memoryOf(host: Host, program: string): Promise<Memory> {
  const folders = await processesOf(host, program);
  const found = await Promise.all(folders.map(memoryOfOne));
  const sum = (values: readonly number[]) =>
    mebibytes(values.reduce((total, kibibytes) => total + kibibytes, 0));
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  const ofKind = (kind: string) => found.filter((match) => match.kind === kind).map(({ pss }) => pss);
  return {
    processes: folders.length,
    proportionalMiB: sum(found.map(({ pss }) => pss)),
    residentMiB: sum(found.map(({ rss }) => rss)),
    byKind: Object.fromEntries(kinds.map((kind) => [kind, sum(ofKind(kind))])),
  };
}

/** In KiB. */
async function memoryOfOne(folder: string) {
  const text = await readFile(`${folder}/smaps_rollup`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  const command = await readFile(`${folder}/cmdline`, 'utf8');
  const kind = /--type=([\w-]+)/.exec(command)?.[1] ?? 'main';
  return { kind, pss: field('Pss'), rss: field('Rss') };
}

function mebibytes(kibibytes: number): number {
  return Math.round(kibibytes / 102.4) / 10;
}

/** Processor time that they have used so far, in milliseconds. */
export async function processorMs(host: Host, program: string): Promise<number> {
  const folders = await processesOf(host, program);
  const stats = await Promise.all(folders.map((folder) => readFile(`${folder}/stat`, 'utf8')));
  const ticks = stats.map((stat) => {
    // The name may contain anything; the fields after it start with the third: utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return (ticks.reduce((total, one) => total + one, 0) * 1000) / ticksPerSecond;
}
