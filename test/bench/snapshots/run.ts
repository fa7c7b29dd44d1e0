import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { missingForLab } from '../../lab/requirements.ts';
import { trials } from '../../mesh/support/generated-host.ts';
import { createSmallMesh } from '../../mesh/support/small-mesh.ts';
import { brokenBy } from '../../mesh/support/snapshot-law.ts';
import { withInstalledBundles } from '../installed-bundles.ts';
import { random } from '../random.ts';

/**
 * `npm run bench -- snapshots [--hosts 200] [--json]`: the number of generated hosts on which anything was left behind
 * or changed.
 */
export async function runSnapshotBenchmark(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { hosts: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } },
  });
  const hosts = Number(values.hosts);
  if (!Number.isInteger(hosts) || hosts < 1) throw new Error(`--hosts is no whole number: ${values.hosts}`);
  const missing = missingForLab();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const startedAt = Date.now();
  const differences = await withInstalledBundles(() => differencesOf(hosts));
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const result = { hosts, withDifferences: differences.length, seconds, seed: random.seed, differences };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `${hosts} generated hosts, ${differences.length} with a difference, ${seconds} s\n`,
  );
}

interface Difference {
  readonly trial: number;
  readonly lines: readonly string[];
}

async function differencesOf(hosts: number): Promise<Difference[]> {
  const mesh = await createSmallMesh();
  const differences: Difference[] = [];
  try {
    await mesh.laptop.startHelper();
    for (const [trial, generated] of fc.sample(trials, { seed: random.seed, numRuns: hosts }).entries()) {
      const lines = await brokenBy(mesh.laptop, generated);
      if (lines.length > 0) {
        differences.push({ trial, lines });
        process.stderr.write(`${JSON.stringify(generated)}\n${lines.join('\n')}\n`);
      }
      if (trial % 20 === 19) process.stderr.write(`${trial + 1} hosts\n`);
    }
  } finally {
    await mesh.destroy();
  }
  return differences;
}
