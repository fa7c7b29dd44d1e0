import { setTimeout as sleep } from 'node:timers/promises';
import { statusSchema } from '../../../shared/contract/status.ts';
import type { InstalledHost } from '../../mesh/support/installed-host.ts';
import { rawCall } from '../../mesh/support/raw-call.ts';
import { percentile } from '../paths/percentile.ts';
import { memoryOf } from './memory.ts';

/** The cost of one network of a given size, measured once. */
export interface RunResult {
  readonly importMs: number;
  readonly upMs: number;
  readonly upApartFromWireGuardMs: number;
  readonly statusMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

/** The helper is ready at once, and warm a moment later. */
const afterStartMs = 1_000;
/** Long enough for the first round of probes and for the garbage of the start to be collected. */
const afterUpMs = 8_000;
const statusCalls = 9;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The part of the time to connect that the helper reports for WireGuard and ip. */
async function wireGuardMs(laptop: InstalledHost): Promise<number> {
  const { text } = await rawCall(laptop.host, 'GET', '/v1/status');
  const connected = statusSchema
    .parse(JSON.parse(text))
    .timeline.findLast((decision) => decision.kind === 'connected');
  const said = /WireGuard took (\d+) ms/.exec(connected?.reason ?? '')?.[1];
  if (said === undefined)
    throw new Error(`the helper does not say what WireGuard took: ${connected?.reason}`);
  return Number(said);
}

/** Imports, connects, queries and forgets; nothing is left for the next run. */
export async function oneRun(laptop: InstalledHost, network: string, invite: string): Promise<RunResult> {
  await laptop.startHelper();
  try {
    await sleep(afterStartMs);
    const importMs = await timed(() => laptop.mustHoming(['import', '-', '--yes'], { input: invite }));
    const upMs = await timed(() => laptop.mustHoming(['up', network]));
    const ofWireGuardMs = await wireGuardMs(laptop);
    await sleep(afterUpMs);
    const statusTimes: number[] = [];
    for (let call = 0; call < statusCalls; call += 1)
      statusTimes.push(await timed(() => rawCall(laptop.host, 'GET', '/v1/status')));
    const memory = memoryOf(laptop.helper.outsidePid);
    await laptop.mustHoming(['down']);
    await laptop.mustHoming(['forget', network, '--yes']);
    return {
      importMs,
      upMs,
      upApartFromWireGuardMs: upMs - ofWireGuardMs,
      statusMs: percentile(statusTimes, 50),
      ...memory,
    };
  } finally {
    await laptop.stopHelper();
  }
}
