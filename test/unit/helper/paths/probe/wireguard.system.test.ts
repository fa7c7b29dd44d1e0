import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

const verified = z.object({
  verdict: z.literal('verified'),
  from: z.object({ host: z.string(), port: z.number() }),
  roundTripMs: z.number(),
});
const silent = z.object({ verdict: z.literal('unanswered'), reason: z.string() });
const repeated = z.object({ last: verified, answered: z.number(), medianMs: z.number() });
const foundSchema = z.object({
  ipv4: repeated,
  ipv6: repeated,
  presharedKey: repeated,
  wrongPresharedKey: silent,
  noPresharedKey: silent,
  otherKey: silent,
  stranger: verified,
  noRoute: z.object({ verdict: z.literal('refused'), reason: z.string() }),
  unicast: repeated,
  targets: z.array(z.object({ kind: z.string(), host: z.string() })),
  broadcast: repeated,
  multicast: repeated,
  underLoad: verified,
  underLoadPackets: z.number(),
  underLoadAnswers: z.number(),
  underLoadTries: z.number(),
});

/** What this machine lacks for namespaces with a real WireGuard, as a sentence; null if nothing. */
function missing(): string | null {
  if (process.getuid?.() !== 0) return 'Needs root on Linux, to make network namespaces.';
  for (const command of ['unshare', 'ip', 'sysctl', 'mount', 'wg', 'wireguard-go']) {
    if (!(process.env.PATH ?? '').split(':').some((directory) => isExecutable(join(directory, command)))) {
      return `Needs \`${command}\`, which is not installed.`;
    }
  }
  return isExecutable('/dev/net/tun', constants.R_OK) ? null : 'Needs /dev/net/tun for wireguard-go.';
}

function isExecutable(path: string, mode = constants.X_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

const lacking = missing();
// In CI a test that cannot run is a failure, not a pass.
const skipped = lacking !== null && !process.env.CI;

describe.skipIf(skipped)(`real wireguard-go${lacking ? ` (${lacking})` : ''}`, () => {
  let found: z.infer<typeof foundSchema>;
  beforeAll(async () => {
    if (lacking !== null) throw new Error(lacking);
    const inner = join(import.meta.dirname, '../../../support/wireguard-inner.ts');
    const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child'];
    const { stdout } = await promisify(execFile)('unshare', [...namespaces, process.execPath, inner], {
      timeout: 30_000,
    });
    found = foundSchema.parse(JSON.parse(stdout));
    const medians = ['ipv4', 'ipv6', 'presharedKey', 'unicast', 'broadcast', 'multicast'] as const;
    console.log(
      `median round trip: ${medians.map((kind) => `${kind} ${found[kind].medianMs.toFixed(2)} ms`).join(', ')}`,
    );
  }, 40_000);

  it('answers by IPv4 and IPv6, each of 8 times', () => {
    expect(found.ipv4).toMatchObject({ answered: 8, last: { from: { host: '127.0.0.1', port: 51820 } } });
    expect(found.ipv6).toMatchObject({ answered: 8, last: { from: { host: '::1', port: 51820 } } });
  });

  it('answers with the preshared key of the probe [Peer], and its answer proves nothing without', () => {
    expect(found.presharedKey.answered).toBe(8);
    expect(found.wrongPresharedKey.reason).toContain("without the controller's key or preshared key");
    expect(found.noPresharedKey.reason).toContain("without the controller's key or preshared key");
  });

  it('with another key stays silent, and answers to its own', () => {
    expect(found.otherKey.reason).toContain('No answer');
    expect(found.stranger.from.port).toBe(51821);
  });

  it('is refused at once where the system has no route', () => {
    expect(found.noRoute.reason).toBe('Cannot send to it: there is no route to it (ENETUNREACH).');
  });

  it('is found on a LAN by broadcast and by ff02::1, and answers from its own address', () => {
    expect(found.targets.map(({ host }) => host)).toEqual(['192.0.2.255', 'ff02::1%lan0']);
    expect(found.unicast.last.from).toEqual({ host: '192.0.2.1', port: 51822 });
    expect(found.broadcast).toMatchObject({
      answered: 8,
      last: { from: { host: '192.0.2.1', port: 51822 } },
    });
    expect(found.multicast.answered).toBe(8);
    expect(found.multicast.last.from.host).toMatch(/^fe80::[0-9a-f:]+%lan0$/);
  });

  it('under load first answers with a cookie, and then the message that carries it', () => {
    expect(found.underLoadPackets).toBe(2);
    expect(found.underLoadAnswers).toBe(2);
  });
});
