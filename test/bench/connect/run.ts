import { missingForLab } from '../../lab/requirements.ts';
import { generateKeys } from '../../lab/wireguard-host.ts';
import { createSmallMesh, type SmallMesh } from '../../mesh/support/small-mesh.ts';
import { storedProfile } from '../../mesh/support/stored-profile.ts';
import { withInstalledBundles } from '../installed-bundles.ts';
import { percentile } from '../paths/percentile.ts';
import { progress } from '../paths/progress.ts';
import type { Contestant } from './contestant.ts';
import { installFirstAnswer } from './first-answer.ts';
import { homingContestant } from './homing-contestant.ts';
import { type Options, parseOptions } from './options.ts';
import { timeToFirstAnswer } from './race.ts';
import { planOf, wgQuickContestant } from './wg-quick-contestant.ts';

/**
 * From the command to the first answered ping through the tunnel: `homing up` and `wg-quick up` with the same
 * configuration, in the same lab, alternating.
 */
export async function runConnectBenchmark(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const { json, pairs, controllers } = options;
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const times = await withInstalledBundles(() => race(options));
  const homing = summary(times.homing);
  const wgQuick = summary(times.wgQuick);
  const ratio = Math.round((homing.p50Ms / wgQuick.p50Ms) * 1_000) / 1_000;
  const result = { pairs, controllers, homing, wgQuick, ratio };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
}

interface Times {
  readonly homing: number[];
  readonly wgQuick: number[];
}

async function race({ pairs, controllers, freshHelper }: Options): Promise<Times> {
  const mesh = await createSmallMesh();
  try {
    const { laptop } = mesh;
    await addSilentControllers(mesh, controllers - 1);
    await installFirstAnswer(laptop.host);
    const address = planOf(await storedProfile(laptop)).controllers.find(
      (controller) => controller.name === 'nas',
    )?.address;
    if (address === undefined) throw new Error('the profile gives its controller no address');
    const homing = homingContestant(laptop, freshHelper);
    const wgQuick = await wgQuickContestant(laptop);
    const run = (contestant: Contestant) => timeToFirstAnswer(contestant, laptop.host, address);
    // The first run of each fills the page cache for the measured runs.
    await run(homing);
    await run(wgQuick);
    const times: Times = { homing: [], wgQuick: [] };
    for (let pair = 0; pair < pairs; pair += 1) {
      const homingFirst = pair % 2 === 0;
      if (homingFirst) times.homing.push(await run(homing));
      times.wgQuick.push(await run(wgQuick));
      if (!homingFirst) times.homing.push(await run(homing));
      progress(
        `pair ${pair + 1}/${pairs}: homing up ${times.homing.at(-1)?.toFixed(1)} ms, wg-quick up ${times.wgQuick.at(-1)?.toFixed(1)} ms`,
      );
    }
    return times;
  } finally {
    await mesh.destroy();
  }
}

/** More controllers, which do not exist: each is another address, route and peer to set up. */
async function addSilentControllers({ laptop, network }: SmallMesh, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const { publicKey } = await generateKeys(laptop.host);
    const endpoint = ['--public-endpoint', `192.0.2.${100 + number}:51820`];
    const member = [`silent${number}`, '--public-key', publicKey, ...endpoint];
    await network.run(['add-controller', ...member, '--file', network.file]);
  }
  if (count > 0) {
    const input = await network.invite('laptop');
    await laptop.mustHoming(['import', '-', '--yes'], { input });
  }
}

function summary(times: readonly number[]): { p50Ms: number; p95Ms: number } {
  return { p50Ms: percentile(times, 50), p95Ms: percentile(times, 95) };
}
