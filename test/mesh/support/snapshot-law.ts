import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import { diffSnapshots, type Snapshot } from '../../lab/snapshot.ts';
import { furnish, type GeneratedTrial } from './generated-host.ts';
import type { InstalledHost } from './installed-host.ts';
import { rawCall } from './raw-call.ts';
import { storedProfile } from './stored-profile.ts';

/**
 * The snapshot law: whatever the profile and the host, the laptop's own routes stay while the tunnel is up, and the
 * host is byte for byte as before after `down` and after `kill -9` with a restart.
 */

/** The violations of one trial, as lines; none if the law held. The helper runs before and after. */
export async function brokenBy(laptop: InstalledHost, trial: GeneratedTrial): Promise<string[]> {
  const { host } = laptop;
  const undo = await furnish(host, trial.features);
  try {
    const keeps = trial.features.flatMap((feature) => feature.keeps);
    const before = await settledSnapshot(host);
    const waysBefore = await ways(laptop, keeps);
    const call = rawCall(host, 'PUT', '/v1/tunnel', await requestOf(laptop, trial));
    if (trial.ending === 'killed while it comes up') {
      const answered = call.catch(() => undefined);
      await sleep(15);
      await laptop.killHelper();
      await answered;
      await laptop.startHelper();
      await laptop.mustHoming(['down']);
      return diffSnapshots(before, await host.snapshot());
    }
    const answer = await call;
    if (answer.status !== 200) return [`refused: ${answer.text}`];
    const broken = changedWays(waysBefore, await ways(laptop, keeps));
    if (trial.ending === 'killed') {
      await laptop.killHelper();
      await laptop.startHelper();
      broken.push(...changedWays(waysBefore, await ways(laptop, keeps)));
    }
    await laptop.mustHoming(['down']);
    return [...broken, ...diffSnapshots(before, await host.snapshot())];
  } finally {
    await undo();
  }
}

const settleMs = 50;

/**
 * The kernel adds the local route of an IPv6 address a moment after the address: two readings that far apart must
 * agree.
 */
async function settledSnapshot(host: Host): Promise<Snapshot> {
  for (let before = await host.snapshot(); ; ) {
    await sleep(settleMs);
    const now = await host.snapshot();
    if (diffSnapshots(before, now).length === 0) return now;
    before = now;
  }
}

/** Routes and links of the laptop itself appear while the tunnel is up; this is the time for the helper to react. */
const noticedMs = 400;

/**
 * The law for features that appear later: while the tunnel is up, their addresses take the same route as without it.
 * @returns the violations, as lines
 */
export async function brokenLater(laptop: InstalledHost, trial: GeneratedTrial): Promise<string[]> {
  const { host } = laptop;
  const before = await settledSnapshot(host);
  const answer = await rawCall(host, 'PUT', '/v1/tunnel', await requestOf(laptop, trial));
  if (answer.status !== 200) return [`refused: ${answer.text}`];
  const undo = await furnish(host, trial.features);
  const keeps = trial.features.flatMap((feature) => feature.keeps);
  let broken: string[];
  try {
    await sleep(noticedMs);
    const waysUp = await ways(laptop, keeps);
    await laptop.mustHoming(['down']);
    broken = changedWays(await ways(laptop, keeps), waysUp);
  } finally {
    await undo();
  }
  return [...broken, ...diffSnapshots(before, await settledSnapshot(host))];
}

async function requestOf(laptop: InstalledHost, { addresses, allowedIps }: GeneratedTrial): Promise<string> {
  const { profile, privateKey } = await storedProfile(laptop);
  const controllers: unknown = Reflect.get(profile, 'controllers');
  const first: unknown = Array.isArray(controllers) ? controllers[0] : undefined;
  if (typeof first !== 'object' || first === null) throw new Error('the stored profile has no controller');
  return JSON.stringify({
    privateKey,
    profile: {
      version: 1,
      origin: 'wg-quick',
      id: Reflect.get(profile, 'id'),
      interfaceName: 'hm-law',
      network: { name: 'law', domain: 'law.internal' },
      settings: Reflect.get(profile, 'settings'),
      defaultController: 'nas',
      peer: { name: 'laptop', addresses },
      controllers: [
        {
          name: 'nas',
          publicKey: Reflect.get(first, 'publicKey'),
          endpoints: Reflect.get(first, 'endpoints'),
          allowedIps,
        },
      ],
      machines: [],
    },
  });
}

/** The kernel's outgoing device for each address, or the error. */
async function ways(
  laptop: InstalledHost,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    addresses.map(async (address): Promise<[string, string]> => {
      const { stdout, stderr } = await laptop.host.exec(['ip', 'route', 'get', address]);
      return [address, / dev (\S+)/.exec(stdout)?.[1] ?? stderr.trim()];
    }),
  );
  return new Map(found);
}

function changedWays(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...before]
    .filter(([address, way]) => now.get(address) !== way)
    .map(([address, way]) => `${address} went by ${way}, and by ${now.get(address)} with the tunnel`);
}
