import { publicRoundTripMs } from './bench-world.ts';
import type { AfterSummary, GapSummary, Result } from './result.ts';

/** Homing's targets for paths, and whether a result meets them. */

export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
}

const pingsPerSecond = 100;
const eventGapMs = publicRoundTripMs + 60;
const silentGapMs = 1_200;
const afterEventMs = 400;
const afterNoEventMs = 10_000;
/** 40 ms and the little that the lab adds hold up to five pings that are 10 ms apart. */
const inFlight = Math.floor((publicRoundTripMs * pingsPerSecond) / 1_000) + 1;
/** WireGuard by itself takes 15 s and a handshake. */
const restartGapMs = 3_000;
const idleCpuShare = 0.002;
const idleMiB = 60;
const idleWakeUpsPerMinute = 60;

/** The verdicts on everything that was measured, in the order of the targets. */
export function verdictsOn(result: Result): readonly Verdict[] {
  return [
    gap('LAN to internet, link goes down', result.lanToPublicEvent, eventGapMs),
    gap('LAN to internet, silent loss', result.lanToPublicSilent, silentGapMs),
    after('internet to LAN, after an event', result.publicToLanEvent, afterEventMs),
    lost('  lost on the way', result.publicToLanEvent),
    after('internet to LAN, without an event', result.publicToLanNoEvent, afterNoEventMs),
    after('  where the public path is a hairpin', result.publicToLanNoEventHairpin, afterNoEventMs),
    ...underLoad(result),
    ...restart(result),
    ...impostor(result),
    ...probing(result),
    ...idle(result),
  ].filter((verdict) => verdict !== undefined);
}

function ms(value: number): string {
  return `${value.toFixed(value < 1_000 ? 1 : 0)} ms`;
}

function gap(what: string, summary: GapSummary | undefined, limitMs: number): Verdict | undefined {
  if (summary === undefined) return undefined;
  return {
    what,
    measured: `gap p50 ${ms(summary.gapP50Ms)}, p95 ${ms(summary.gapP95Ms)}, max ${ms(summary.gapMaxMs)}; p95 of pings from the laptop ${ms(summary.fromLaptopP95Ms)}; n ${summary.n}`,
    target: `p95 <= ${ms(limitMs)}`,
    met: summary.gapP95Ms <= limitMs,
  };
}

function after(what: string, summary: AfterSummary | undefined, limitMs: number): Verdict | undefined {
  if (summary === undefined) return undefined;
  return {
    what,
    measured: `after p50 ${ms(summary.afterP50Ms)}, p95 ${ms(summary.afterP95Ms)}, n ${summary.n}`,
    target: `p95 <= ${ms(limitMs)}`,
    met: summary.afterP95Ms <= limitMs,
  };
}

function lost(what: string, summary: AfterSummary | undefined): Verdict | undefined {
  if (summary === undefined) return undefined;
  return {
    what,
    measured: `p95 ${summary.lostP95} pings`,
    target: `<= ${inFlight}, what is in flight`,
    met: summary.lostP95 <= inFlight,
  };
}

function underLoad({ underLoad: summary }: Result): Verdict[] {
  if (summary === undefined) return [];
  const { attempted, held } = summary;
  return [
    {
      what: 'moves that hold under load',
      measured: `${held} of ${attempted}`,
      target: 'all',
      met: held === attempted,
    },
  ];
}

function restart({ restart: summary }: Result): Verdict[] {
  if (summary === undefined) return [];
  const { n, gapP50Ms, gapP95Ms, gapMaxMs } = summary;
  return [
    {
      what: 'nas restarts its WireGuard',
      measured: `gap p50 ${ms(gapP50Ms)}, p95 ${ms(gapP95Ms)}, max ${ms(gapMaxMs)}; n ${n}`,
      target: `p95 <= ${ms(restartGapMs)}`,
      met: gapP95Ms <= restartGapMs,
    },
  ];
}

function impostor({ impostor: summary }: Result): Verdict[] {
  if (summary === undefined) return [];
  const { attempts, moves } = summary;
  return [
    { what: 'moves to an impostor', measured: `${moves} of ${attempts}`, target: '0', met: moves === 0 },
  ];
}

function probing({ probing: summary }: Result): Verdict[] {
  if (summary === undefined) return [];
  const { probes, tunnelPings, lost: count } = summary;
  return [
    {
      what: 'tunnel packets lost to probing',
      measured: `${count} of ${tunnelPings}, ${probes} probes`,
      target: '0',
      met: count === 0,
    },
  ];
}

function idle({ idle: summary }: Result): Verdict[] {
  if (summary === undefined) return [];
  const { seconds, packetsSent, keepalives, handshakes, cpuMs, rssMiB, pssMiB } = summary;
  const { wireguardGoWakeUpsPerMinute } = summary;
  const wakeUpsPerMinute = Object.values(summary.wakeUpsPerMinute).reduce((sum, count) => sum + count, 0);
  const share = cpuMs / (seconds * 1_000);
  return [
    {
      what: `idle for ${seconds} s on the LAN`,
      measured: `${packetsSent} packets sent beside ${keepalives} keepalives, ${handshakes} handshakes`,
      target: '0',
      met: packetsSent === 0,
    },
    {
      what: '  processor time of the helper',
      measured: `${(share * 100).toFixed(3)} % (${cpuMs} ms)`,
      target: `<= ${idleCpuShare * 100} %`,
      met: share <= idleCpuShare,
    },
    {
      what: '  memory of the helper',
      measured: `${rssMiB} MiB resident, ${pssMiB} MiB with shared pages in parts`,
      target: `<= ${idleMiB} MiB`,
      met: rssMiB <= idleMiB,
    },
    {
      what: '  wake-ups of the helper',
      measured: `${wakeUpsPerMinute.toFixed(1)} a minute, wireguard-go beside it ${wireguardGoWakeUpsPerMinute.toFixed(1)}`,
      target: `<= ${idleWakeUpsPerMinute} a minute`,
      met: wakeUpsPerMinute <= idleWakeUpsPerMinute,
    },
  ];
}
