import { percentile } from './percentile.ts';

/** The shape of the result; times in milliseconds. */

export interface GapSummary {
  readonly n: number;
  readonly gapP50Ms: number;
  readonly gapP95Ms: number;
  readonly gapMaxMs: number;
  /** Of one direction alone; the three above are of the worse direction of each move. */
  readonly fromLaptopP95Ms: number;
  readonly fromNasP95Ms: number;
  /** Moves that did not happen within the limit; they count with the time waited. */
  readonly gaveUp: number;
}

export interface AfterSummary {
  readonly n: number;
  readonly afterP50Ms: number;
  readonly afterP95Ms: number;
  /** Pings of one direction lost around a move, of the worse direction. */
  readonly lostP95: number;
  readonly gaveUp: number;
}

export interface HeldSummary {
  readonly attempted: number;
  readonly held: number;
}

/** Times without an answer to the laptop's pings, while `nas` restarts its WireGuard. */
export interface RestartSummary {
  readonly n: number;
  readonly gapP50Ms: number;
  readonly gapP95Ms: number;
  readonly gapMaxMs: number;
}

export interface ImpostorSummary {
  readonly attempts: number;
  readonly moves: number;
}

export interface ProbingSummary {
  readonly probes: number;
  readonly tunnelPings: number;
  readonly lost: number;
}

export interface IdleSummary {
  readonly seconds: number;
  /** UDP packets beyond the tunnel's own keepalives and handshakes. */
  readonly packetsSent: number;
  readonly bytesSent: number;
  /** The helper and the processes it started, without wireguard-go, which is the kernel's part elsewhere. */
  readonly cpuMs: number;
  /** Of the helper alone: resident, and with shared pages in proportion. */
  readonly rssMiB: number;
  readonly pssMiB: number;
  /** Voluntary context switches, of the helper by its threads and of the laptop's wireguard-go altogether. */
  readonly wakeUpsPerMinute: Readonly<Record<string, number>>;
  readonly wireguardGoWakeUpsPerMinute: number;
  /** Excluded from packetsSent. */
  readonly keepalives: number;
  readonly handshakes: number;
}

/** The four kinds of move, if measured, and how many of all of them held. */
export interface MoveSummaries {
  lanToPublicEvent?: GapSummary;
  lanToPublicSilent?: GapSummary;
  publicToLanEvent?: AfterSummary;
  publicToLanNoEvent?: AfterSummary;
  underLoad?: HeldSummary;
}

export interface Baselines {
  pingScript?: MoveSummaries;
  plainSet?: HeldSummary;
  plainRestart?: RestartSummary;
  nebula?: MoveSummaries;
}

/** Sections that were not requested are missing; those that could not be measured are listed in `problems`. */
export interface Result extends MoveSummaries {
  publicToLanNoEventHairpin?: AfterSummary;
  restart?: RestartSummary;
  impostor?: ImpostorSummary;
  probing?: ProbingSummary;
  idle?: IdleSummary;
  baselines?: Baselines;
  problems?: string[];
}

/** One move away from the LAN. */
export interface LeavingSample {
  /** The longest times without an answer, by sender. */
  readonly gapsMs: { readonly fromLaptop: number; readonly fromNas: number };
  readonly gaveUp: boolean;
}

/** One move to the LAN. */
export interface ReturningSample {
  readonly afterMs: number;
  readonly lost: number;
  readonly gaveUp: boolean;
}

export function summarizeLeaving(samples: readonly LeavingSample[]): GapSummary {
  const gaps = samples.map(({ gapsMs }) => Math.max(gapsMs.fromLaptop, gapsMs.fromNas));
  const p95From = (who: 'fromLaptop' | 'fromNas') =>
    percentile(
      samples.map(({ gapsMs }) => gapsMs[who]),
      95,
    );
  return {
    n: samples.length,
    gapP50Ms: percentile(gaps, 50),
    gapP95Ms: percentile(gaps, 95),
    gapMaxMs: percentile(gaps, 100),
    fromLaptopP95Ms: p95From('fromLaptop'),
    fromNasP95Ms: p95From('fromNas'),
    gaveUp: samples.filter((sample) => sample.gaveUp).length,
  };
}

export function summarizeReturning(samples: readonly ReturningSample[]): AfterSummary {
  const after = samples.map((sample) => sample.afterMs);
  const lost = samples.map((sample) => sample.lost);
  return {
    n: samples.length,
    afterP50Ms: percentile(after, 50),
    afterP95Ms: percentile(after, 95),
    lostP95: percentile(lost, 95),
    gaveUp: samples.filter((sample) => sample.gaveUp).length,
  };
}

/** Adds the moves of one series to the previous ones. */
export function addHeld(before: HeldSummary | undefined, held: readonly boolean[]): HeldSummary {
  return {
    attempted: (before?.attempted ?? 0) + held.length,
    held: (before?.held ?? 0) + held.filter(Boolean).length,
  };
}

export function addProblems(result: Result, problems: readonly string[]): void {
  if (problems.length > 0) result.problems = [...(result.problems ?? []), ...problems];
}
