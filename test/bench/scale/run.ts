import { parseArgs } from 'node:util';
import { createLab } from '../../lab/lab.ts';
import { missingForLab } from '../../lab/requirements.ts';
import { InstalledHost } from '../../mesh/support/installed-host.ts';
import { withInstalledBundles } from '../installed-bundles.ts';
import { percentile } from '../paths/percentile.ts';
import { progress } from '../paths/progress.ts';
import { bigInvite } from './big-network.ts';
import { oneRun, type RunResult } from './one-run.ts';

const network = 'scale';
const machines = 5_000;

/** The cost of import, connecting, status and memory as a network grows; no controller answers in it. */
export async function runScaleBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '3' },
      controllers: { type: 'string', default: '10,100,500' },
    },
  });
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const counts = values.controllers.split(',').map(Number);
  const sizes = await withInstalledBundles(() => measure(counts, Number(values.runs)));
  process.stdout.write(
    values.json ? `${JSON.stringify({ sizes })}\n` : `${JSON.stringify({ sizes }, null, 2)}\n`,
  );
}

async function measure(counts: readonly number[], runs: number) {
  const laptop = await lonelyLaptop();
  try {
    const sizes = [];
    for (const controllers of counts) {
      const invite = bigInvite(network, controllers, machines);
      const results: RunResult[] = [];
      for (let run = 1; run <= runs; run += 1) {
        const result = await oneRun(laptop.installed, network, invite);
        results.push(result);
        progress(`${controllers} controllers, run ${run}/${runs}: ${JSON.stringify(result)}`);
      }
      const median = (of: (result: RunResult) => number) => percentile(results.map(of), 50);
      sizes.push({
        controllers,
        machines,
        importMs: median((one) => one.importMs),
        upMs: median((one) => one.upMs),
        upApartFromWireGuardMs: median((one) => one.upApartFromWireGuardMs),
        statusMs: median((one) => one.statusMs),
        residentMiB: median((one) => one.residentMiB),
        peakMiB: median((one) => one.peakMiB),
      });
    }
    return sizes;
  } finally {
    await laptop.destroy();
  }
}

/** A laptop on a LAN with a router that forwards nothing. */
async function lonelyLaptop() {
  const lab = await createLab();
  try {
    const lan = await lab.addSwitch('lan');
    const [host, router] = await Promise.all([lab.addHost('laptop'), lab.addHost('router')]);
    await lab.plug(router, lan, { interfaceName: 'eth0', addresses: ['192.0.2.1/24'] });
    const addressing = { addresses: ['192.0.2.50/24'], gateways: ['192.0.2.1'] };
    await lab.plug(host, lan, { interfaceName: 'eth0', ...addressing });
    return { installed: await InstalledHost.install(host), destroy: () => lab.destroy() };
  } catch (error) {
    await lab.destroy();
    throw error;
  }
}
