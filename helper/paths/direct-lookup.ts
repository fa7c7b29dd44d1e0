import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anyProbePort } from '../tunnel/probe-ports.ts';
import { addressesInAnswer, questionBytes } from './dns-message.ts';
import type { Lookup } from './name-lookup.ts';

/**
 * The name of an endpoint must be resolved outside the tunnel: under an exit, the usual lookup would go through the
 * tunnel that needs its answer; under the kill switch it is blocked. So the network's own servers are queried from a
 * probe port, which bypasses both. They learn the names of endpoints, and no others.
 */

const timeoutMs = 700;
const maxServers = 3;
const dnsPort = 53;

/** @param servers the name servers of the current network, read for each query */
export function directLookup(servers: () => readonly string[], port = dnsPort): Lookup {
  return async (host) => {
    const questions = servers()
      .slice(0, maxServers)
      .flatMap((server) => ([4, 6] as const).map((family) => ask(server, port, host, family)));
    const answers = await Promise.allSettled(questions);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return [...new Set(found)];
    throw new Error(`no name server of this network knows ${host}`);
  };
}

/**
 * Starts the second lookup when the first fails or is slow: under an exit that leads nowhere it fails only by timeout.
 */
export function lookupOrElse(first: Lookup, second: Lookup, patienceMs = 600): Lookup {
  return async (host) => {
    const usual = first(host);
    const isLate = new AbortController();
    const late = sleep(patienceMs, undefined, { signal: isLate.signal }).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    try {
      const soon = await Promise.race([usual, late]);
      if (soon !== 'late') return soon;
      return await Promise.any([usual, second(host)]);
    } catch (error) {
      // Both failed, or the first failed early: the second is still tried, and the first error is the one to report.
      if (error instanceof AggregateError) throw error.errors[0];
      return await second(host).catch(() => Promise.reject(error));
    } finally {
      isLate.abort();
    }
  };
}

/** @param server an address; a link-local one with its zone, or it cannot be reached */
function ask(server: string, port: number, host: string, family: 4 | 6): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const id = randomInt(0x1_0000);
    const question = questionBytes(host, family, id);
    const isSix = isIPv6(server);
    const socket = createSocket({ type: isSix ? 'udp6' : 'udp4', ipv6Only: isSix });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`${server} does not answer`))), timeoutMs);
    socket.once('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => {
      try {
        const found = addressesInAnswer(message, family, id);
        if (found !== undefined) end(() => resolve(found));
      } catch (error) {
        end(() => reject(error));
      }
    });
    // A connected socket receives only from this server. Without a callback, a failure (ENETUNREACH) is an 'error'.
    socket.once('connect', () => socket.send(question));
    socket.bind(anyProbePort(), () => socket.connect(port, server));
  });
}
