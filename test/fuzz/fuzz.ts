import { SeededRandom } from '../support/seeded-random.ts';
import { fileSurfaces } from './files.ts';
import { parserSurfaces } from './parsers.ts';
import { releaseSurfaces } from './releases.ts';
import { socketSurfaces } from './sockets.ts';
import type { Surface } from './surface.ts';

/** What `--json` prints. */
export interface FuzzResult {
  readonly inputs: number;
  readonly violations: number;
  readonly seconds: number;
  readonly seed: number;
  readonly bySurface: Readonly<Record<string, SurfaceResult>>;
}

interface SurfaceResult {
  inputs: number;
  accepted: number;
  violations: number;
  slowestMs: number;
}

export interface FuzzOptions {
  readonly seconds: number;
  /** Ends earlier, after this many inputs. */
  readonly inputs?: number | undefined;
  readonly seed?: number | undefined;
  /** Only surfaces whose name contains it. */
  readonly only?: string | undefined;
  readonly report: (line: string) => void;
}

/** The maximum processor time of an input of up to 1.2 MB; wall-clock time would count the load of the machine. */
const allowedProcessorMs = 2_000;
/** An input that waits for something that never happens also exceeds the limit. */
const allowedWallMs = 60_000;
/** Above the resident memory after the first round. */
const growthAllowedBytes = 400 * 1024 * 1024;
const shownViolations = 5;

/**
 * Sends mutated inputs to every surface in turn. Each input has its own seed, so that an input that breaks a law can be
 * repeated alone: `npm run fuzz -- --surface NAME --seed N --inputs 1`.
 */
export async function fuzz({ seconds, inputs, seed, only, report }: FuzzOptions): Promise<FuzzResult> {
  const first = new SeededRandom(seed).seed;
  const surfaces = [...parserSurfaces(), ...socketSurfaces(), ...fileSurfaces(), ...releaseSurfaces()];
  const chosen = surfaces.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0)
    throw new Error(`No surface is called ${only}: ${surfaces.map(({ name }) => name).join(', ')}`);
  const bySurface: Record<string, SurfaceResult> = {};
  for (const { name } of chosen) bySurface[name] = { inputs: 0, accepted: 0, violations: 0, slowestMs: 0 };
  const startedAt = performance.now();
  let total = 0;
  let residentBytes = 0;
  try {
    for (let round = 0; !isOver(startedAt, seconds, total, inputs); round += 1) {
      for (const surface of chosen) {
        const result = bySurface[surface.name];
        if (result === undefined || (inputs !== undefined && total >= inputs)) continue;
        if (round % (surface.everyRounds ?? 1) !== 0) continue;
        total += 1;
        await tryOne(surface, (first + round) >>> 0, result, report);
      }
      if (round === 50) residentBytes = process.memoryUsage.rss();
    }
    const grown = residentBytes === 0 ? 0 : process.memoryUsage.rss() - residentBytes;
    if (grown > growthAllowedBytes) {
      report(`memory: ${Math.round(grown / 1024 ** 2)} MB more than after the first rounds`);
      const [any] = Object.values(bySurface);
      if (any !== undefined) any.violations += 1;
    }
  } finally {
    for (const surface of surfaces) await surface.close?.();
  }
  const violations = Object.values(bySurface).reduce((sum, result) => sum + result.violations, 0);
  const took = Math.round((performance.now() - startedAt) / 100) / 10;
  return { inputs: total, violations, seconds: took, seed: first, bySurface };
}

function isOver(startedAt: number, seconds: number, total: number, inputs: number | undefined): boolean {
  return performance.now() - startedAt >= seconds * 1_000 || (inputs !== undefined && total >= inputs);
}

async function tryOne(
  surface: Surface,
  seed: number,
  result: SurfaceResult,
  report: (line: string) => void,
): Promise<void> {
  const startedAt = performance.now();
  const startedCpu = process.cpuUsage();
  result.inputs += 1;
  let fault: unknown;
  try {
    if ((await surface.tryOne(new SeededRandom(seed))) === 'accepted') result.accepted += 1;
  } catch (error) {
    fault = error;
  }
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(startedCpu);
  const processorMs = (user + system) / 1_000;
  result.slowestMs = Math.max(result.slowestMs, Math.round(tookMs));
  if (fault === undefined && (processorMs > allowedProcessorMs || tookMs > allowedWallMs))
    fault = new Error(`it took ${processorMs.toFixed(0)} ms of processor time in ${tookMs.toFixed(0)} ms`);
  if (fault === undefined) return;
  result.violations += 1;
  if (result.violations > shownViolations) return;
  const why = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  report(`${surface.name}, repeat with --surface "${surface.name}" --seed ${seed} --inputs 1\n  ${why}`);
}
