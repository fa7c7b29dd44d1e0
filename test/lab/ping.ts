import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import { tool } from './tools.ts';

const pinger = readFileSync(`${import.meta.dirname}/pinger.py`, 'utf8');

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

/**
 * Sends echo requests from a host, and waits the whole timeout for the last answer: ping(8) waits only for two round
 * trips. An address that cannot be reached is a result with nothing received.
 */
export async function ping(host: Host, target: string, options: PingOptions = {}): Promise<PingResult> {
  const { count = 3, intervalMs = 20, timeoutMs = 1_000, sizeBytes = 56 } = options;
  const numbers = [intervalMs, count, timeoutMs, sizeBytes].map(String);
  const argv = [tool('python3'), '-c', pinger, target, ...numbers];
  const { stdout } = await host.exec(argv, { timeoutMs: count * intervalMs + timeoutMs + 10_000 });
  const sentAt = new Map<string, number>();
  const roundTripsMs: number[] = [];
  for (const [, what, sequence = '', ms] of stdout.matchAll(/^(sent|answered) (\d+) ([\d.]+)$/gm)) {
    const sent = sentAt.get(sequence);
    if (what === 'sent') sentAt.set(sequence, Number(ms));
    else if (sent !== undefined) {
      // A copy of an answer is no other answer.
      sentAt.delete(sequence);
      roundTripsMs.push(Number(ms) - sent);
    }
  }
  return { sent: count, received: roundTripsMs.length, roundTripsMs };
}
