import { readdirSync, readFileSync } from 'node:fs';
import type { InstalledHost } from './installed-host.ts';

/** What the helper and its host use at one moment of a soak. */
export interface SoakFigures {
  readonly atMs: number;
  readonly pid: number;
  readonly residentMb: number;
  readonly descriptors: number;
  readonly children: number;
  /** All processes of the host. */
  readonly processes: number;
}

/** Reads them from the proc(5) of the helper's host. */
export function figuresOf({ host, helper }: InstalledHost): SoakFigures {
  const base = host.outsidePath(`/proc/${helper.pid}`);
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`${base}/status`, 'latin1'))?.[1];
  const children = readFileSync(`${base}/task/${helper.pid}/children`, 'latin1').split(' ').filter(Boolean);
  return {
    atMs: performance.now(),
    pid: Number(helper.pid),
    residentMb: Number(resident) / 1024,
    descriptors: readdirSync(`${base}/fd`).length,
    children: children.length,
    processes: readdirSync(host.outsidePath('/proc')).filter((name) => /^\d+$/.test(name)).length,
  };
}

/** After the floods of 20 bodies of 2 MiB each, the heap keeps some of their pages (test/mesh/floods.test.ts). */
const maxGrowthMb = 100;
/** 64 connections of a flood may still be closing. */
const maxMoreDescriptors = 80;
const maxChildren = 20;
/** Programs of the helper and of a move that has just ended. */
const maxMoreProcesses = 24;

/**
 * Growth is judged within one helper process, since a killed helper's successor starts small; the number of processes over
 * the whole run, since processes can outlive their helper.
 * @returns a sentence for each figure that grew too much
 */
export function leaksIn(all: readonly SoakFigures[]): string[] {
  const byProcess = Map.groupBy(all, ({ pid }) => pid);
  const ofHelpers = [...byProcess.values()].flatMap((figures) => {
    const [first] = figures;
    const last = figures.at(-1);
    if (first === undefined || last === undefined) return [];
    const grown = last.residentMb - first.residentMb;
    return [
      ...(grown > maxGrowthMb ? [`process ${first.pid} grew by ${Math.round(grown)} MB`] : []),
      ...(last.descriptors > first.descriptors + maxMoreDescriptors
        ? [`process ${first.pid} has ${last.descriptors} descriptors, ${first.descriptors} at first`]
        : []),
      ...(last.children > maxChildren ? [`process ${first.pid} has ${last.children} children`] : []),
    ];
  });
  const most = (all.at(0)?.processes ?? 0) + maxMoreProcesses;
  const last = all.at(-1)?.processes ?? 0;
  return last > most ? [...ofHelpers, `the host has ${last} processes, ${most} are allowed`] : ofHelpers;
}

/**
 * Least squares over all moments, across restarts of the helper.
 * @returns megabytes per hour; undefined with fewer than 10 moments
 */
export function memorySlope(all: readonly SoakFigures[]): number | undefined {
  if (all.length < 10) return undefined;
  const mean = (value: (one: SoakFigures) => number) =>
    all.reduce((sum, one) => sum + value(one), 0) / all.length;
  const time = mean(({ atMs }) => atMs);
  const memory = mean(({ residentMb }) => residentMb);
  const covariance = mean((one) => (one.atMs - time) * (one.residentMb - memory));
  return (covariance / mean((one) => (one.atMs - time) ** 2)) * 3_600_000;
}
