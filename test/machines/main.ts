import { Stage } from './stage.ts';
import type { Trial } from './trial.ts';
import { kernelWireguard } from './trials/kernel-wireguard.ts';
import { moduleTrial } from './trials/module.ts';
import { ownUserTrial } from './trials/own-user.ts';
import { sleepTrial } from './trials/sleep.ts';
import { systemd } from './trials/systemd.ts';

/**
 * `npm run machines -- NAME…|all [FILE…]`: trials in virtual machines, one after the other; ends with one line of
 * counts. With files (they contain a slash), only these of the tests that run inside the machines.
 */

const trials: readonly Trial[] = [moduleTrial, kernelWireguard, systemd, ownUserTrial, sleepTrial];

/** QEMU ends with this process, but the disks of its machines would stay. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function listed(): string {
  return trials.map(({ name, about }) => `  ${name.padEnd(18)} ${about}\n`).join('');
}

/** The trials of these names. @returns undefined without a name, or for an unknown name */
function chosen(names: readonly string[]): readonly Trial[] | undefined {
  if (names.length === 1 && names[0] === 'all') return trials;
  const found = trials.filter(({ name }) => names.includes(name));
  return found.length > 0 && found.length === names.length ? found : undefined;
}

async function carryOut(
  trial: Trial,
  onlyFiles: readonly string[],
): Promise<{ passed: number; failed: number }> {
  process.stdout.write(`\n== ${trial.name}: ${trial.about}\n`);
  const stage = await Stage.open(onlyFiles);
  const interrupted = () => void stage.close().finally(() => process.exit(130));
  for (const signal of endings) process.on(signal, interrupted);
  try {
    await trial.run(stage);
    return { passed: stage.passed, failed: stage.failed };
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return { passed: stage.passed, failed: stage.failed + 1 };
  } finally {
    await stage.close();
    for (const signal of endings) process.off(signal, interrupted);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const onlyFiles = args.filter((arg) => arg.includes('/'));
  const wanted = chosen(args.filter((arg) => !arg.includes('/')));
  if (wanted === undefined) {
    process.stderr.write(`Usage: npm run machines -- NAME…|all [FILE…]\n${listed()}`);
    return 2;
  }
  let passed = 0;
  let failed = 0;
  for (const trial of wanted) {
    const counts = await carryOut(trial, onlyFiles);
    passed += counts.passed;
    failed += counts.failed;
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
