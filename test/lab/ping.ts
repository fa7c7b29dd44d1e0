import type { Host } from './host.ts';

export interface PingOptions {
  /** Number of echo requests. Default 3. */
  readonly count?: number;
  /** Time between two requests in milliseconds. Default 20. */
  readonly intervalMs?: number;
  /** How long to wait for the last answer in milliseconds. Default 1,000. */
  readonly timeoutMs?: number;
  /** Payload in bytes. Default 56. */
  readonly sizeBytes?: number;
}

export interface PingResult {
  readonly sent: number;
  readonly received: number;
  /** Round-trip times in milliseconds, in the order of the answers. */
  readonly roundTripsMs: readonly number[];
}

/** Sends echo requests from a host. An address that cannot be reached is a result with nothing received. */
export async function ping(host: Host, target: string, options: PingOptions = {}): Promise<PingResult> {
  const { count = 3, intervalMs = 20, timeoutMs = 1_000, sizeBytes = 56 } = options;
  const timing = ['-i', `${intervalMs / 1_000}`, '-W', `${timeoutMs / 1_000}`];
  const argv = ['ping', '-n', '-c', `${count}`, '-s', `${sizeBytes}`, ...timing, '--', target];
  const { stdout } = await host.exec(argv, { timeoutMs: count * intervalMs + timeoutMs + 10_000 });
  const roundTripsMs = [...stdout.matchAll(/icmp_seq=\d+ .*time=([\d.]+) ms/g)].map((match) =>
    Number(match[1]),
  );
  return { sent: count, received: roundTripsMs.length, roundTripsMs };
}
