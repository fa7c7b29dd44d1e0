import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Host } from '../../lab/host.ts';
import { createWorld, type World } from '../../lab/world.ts';
import { inWorld } from './bench-world.ts';
import { type HomingSubject, startHoming } from './homing-subject.ts';
import { cpuMsOf, namedBeside, proportionalMiBOf, residentMiBOf, wakeUpsOf } from './process-cost.ts';
import { progress } from './progress.ts';
import type { IdleSummary } from './result.ts';
import { startOn } from './start-on.ts';

/** The traffic caused by the start and the last ping has ended by then. */
const settleMs = 30_000;
const tellMs = 60_000;

/**
 * Counts what leaves the laptop, by the kinds of WireGuard's messages (paper, section 5.4): a keepalive is a type 4 of
 * 32 bytes, types 1 to 3 from the tunnel's own port are its handshakes. Probes come from another port.
 */
function counters(port: number, tunnel: string): string {
  const own = `udp sport ${port}`;
  return `table inet idle {
  counter keepalives { }
  counter handshakes { }
  counter others { }
  chain sent {
    type filter hook output priority 300
    oifname { "lo", "${tunnel}" } return
    ${own} @th,64,8 4 udp length 40 counter name keepalives return
    ${own} @th,64,8 1 counter name handshakes return
    ${own} @th,64,8 2 counter name handshakes return
    ${own} @th,64,8 3 counter name handshakes return
    meta l4proto udp counter name others
  }
}
`;
}

/** On the LAN at home, with no better path possible and no traffic. */
export function measureIdle(seconds: number, bundles: string): Promise<IdleSummary> {
  return inWorld(createWorld({ parts: [] }), (world) => measureIn(world, seconds, bundles));
}

async function measureIn(world: World, seconds: number, bundles: string): Promise<IdleSummary> {
  const subject = await startHoming(world, bundles);
  await startOn(subject, 'lan');
  await sleep(settleMs);
  await world.laptop.run(['nft', '-f', '-'], {
    input: counters(subject.tunnel.listenPort, subject.tunnel.interfaceName),
  });
  const { helperPid } = subject.laptop;
  const cpuBeforeMs = cpuMsOf(helperPid, ['wireguard-go']);
  const wireguardGo = namedBeside(helperPid, 'wireguard-go');
  const wakeUps = () => ({
    helper: wakeUpsOf(helperPid),
    wireguardGo: wireguardGo.reduce((sum, pid) => sum + total(wakeUpsOf(pid)), 0),
  });
  const before = wakeUps();
  await watchFor(subject, seconds);
  const after = wakeUps();
  const byThread = Object.entries(after.helper).map(([name, count]): [string, number] => [
    name,
    ((count - (before.helper[name] ?? 0)) * 60) / seconds,
  ]);
  const cpuMs = cpuMsOf(helperPid, ['wireguard-go']) - cpuBeforeMs;
  const sent = await readCounters(world.laptop);
  return {
    seconds,
    packetsSent: sent.others.packets,
    bytesSent: sent.others.bytes,
    cpuMs,
    rssMiB: residentMiBOf(helperPid),
    pssMiB: proportionalMiBOf(helperPid),
    wakeUpsPerMinute: Object.fromEntries(byThread),
    wireguardGoWakeUpsPerMinute: ((after.wireguardGo - before.wireguardGo) * 60) / seconds,
    keepalives: sent.keepalives.packets,
    handshakes: sent.handshakes.packets,
  };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function watchFor({ world }: HomingSubject, seconds: number): Promise<void> {
  const endMs = Date.now() + seconds * 1_000;
  while (Date.now() < endMs) {
    await sleep(Math.min(tellMs, endMs - Date.now()));
    const { others } = await readCounters(world.laptop);
    const leftS = Math.max(0, Math.round((endMs - Date.now()) / 1_000));
    progress(`idle: ${leftS} s left, ${others.packets} packets beyond keepalives and handshakes`);
  }
}

interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

const countersSchema = z.object({
  nftables: z.array(
    z.object({
      counter: z.object({ name: z.string(), packets: z.number(), bytes: z.number() }).optional(),
    }),
  ),
});

async function readCounters(
  host: Host,
): Promise<{ readonly keepalives: Counter; readonly handshakes: Counter; readonly others: Counter }> {
  const text = await host.run(['nft', '-j', 'list', 'counters', 'table', 'inet', 'idle']);
  const { nftables } = countersSchema.parse(JSON.parse(text));
  const named = (name: string): Counter => {
    const found = nftables.map(({ counter }) => counter).find((counter) => counter?.name === name);
    if (found === undefined) throw new Error(`nft lists no counter ${name}: ${text}`);
    return found;
  };
  return { keepalives: named('keepalives'), handshakes: named('handshakes'), others: named('others') };
}
