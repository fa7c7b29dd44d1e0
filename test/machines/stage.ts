import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { checkout, makeCheckoutDisk } from './machine/checkout-disk.ts';
import type { Wire } from './machine/command-line.ts';
import { imageOf } from './machine/image.ts';
import { Machine } from './machine/machine.ts';
import type { Recipe } from './machine/recipe.ts';

/** The environment of a trial: machines with this checkout, and a report of the results. */

const root = join(import.meta.dirname, '../..');
const cache = join(root, '.cache/machines');

const node = `${checkout}/node_modules/node/bin/node`;
const outputPort = '/dev/virtio-ports/homing.output';
const suiteTimeoutMs = 60 * 60_000;

const mountCheckout = [
  'mkdir -p /srv/checkout /srv/over',
  // The disk was plugged in a moment ago.
  'until test -b /dev/vdb; do sleep 0.1; done; mount -o ro /dev/vdb /srv/checkout',
  'mount -t tmpfs tmpfs /srv/over',
  `mkdir -p /srv/over/upper /srv/over/work ${checkout}`,
  `mount -t overlay -o lowerdir=/srv/checkout,upperdir=/srv/over/upper,workdir=/srv/over/work overlay ${checkout}`,
].join('\n');

const countsSchema = z.looseObject({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
});

export interface BootOptions {
  readonly cards?: readonly Wire[];
  /** Files of this computer on the machine's disk, by their path below the checkout. */
  readonly files?: Readonly<Record<string, string>>;
}

export class Stage {
  #passed = 0;
  #failed = 0;
  /** For files of this trial; removed with it. */
  readonly folder: string;
  readonly #machines: Machine[] = [];
  readonly #booting = new Set<Promise<Machine>>();
  readonly #closing = new AbortController();
  #disks = 0;

  readonly #onlyFiles: readonly string[];

  private constructor(folder: string, onlyFiles: readonly string[]) {
    this.folder = folder;
    this.#onlyFiles = onlyFiles;
  }

  /** @param onlyFiles of the tests that run inside machines; all of a trial's if empty */
  static async open(onlyFiles: readonly string[]): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'homing-machines-')), onlyFiles);
  }

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failed;
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Builds the image if it is not cached, boots a machine, mounts the checkout. It ends with the stage. */
  async boot(recipe: Recipe, name: string = recipe.name, options: BootOptions = {}): Promise<Machine> {
    const booting = this.#boot(recipe, name, options);
    this.#booting.add(booting);
    try {
      return await booting;
    } finally {
      this.#booting.delete(booting);
    }
  }

  async #boot(recipe: Recipe, name: string, options: BootOptions): Promise<Machine> {
    const { signal } = this.#closing;
    const imageMs = performance.now();
    const image = await imageOf(recipe, cache, signal);
    const disk = join(this.folder, `disk${this.#disks++}`);
    await makeCheckoutDisk(root, disk, signal, options.files);
    const bootMs = performance.now();
    const machine = await Machine.boot(name, {
      image,
      signal,
      disks: [disk],
      cards: options.cards ?? [],
      onOutput: (text) => process.stdout.write(text),
    });
    this.#machines.push(machine);
    await machine.sh(mountCheckout);
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(0)} s`;
    this.say(
      `${name}: image and disk ${seconds(imageMs, bootMs)}, booted in ${seconds(bootMs, performance.now())}, its clock runs ${machine.slowness.toFixed(1)} times slower than ours`,
    );
    return machine;
  }

  /** A wire between two cards; each end goes to a machine, or both to the same machine. */
  wire(name: string): readonly [Wire, Wire] {
    const [near, far] = [join(this.folder, `${name}-a`), join(this.folder, `${name}-b`)];
    return [
      { near, far },
      { near: far, far: near },
    ];
  }

  /** Checks a condition; the trial continues if it does not hold. */
  async check(name: string, holds: () => Promise<void>): Promise<void> {
    const startedMs = performance.now();
    try {
      await holds();
      this.#passed += 1;
      this.say(` ✓ ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
    } catch (error) {
      this.#failed += 1;
      this.say(` × ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Runs test files inside a machine, as `npm test` runs them here; their output is shown as it comes. */
  async runTests(machine: Machine, project: string, files: readonly string[]): Promise<void> {
    const report = '/tmp/report.json';
    const vitest = [`${checkout}/node_modules/vitest/vitest.mjs`, 'run', '--configLoader', 'native'];
    const args = ['--project', project, '--retry', '0', '--reporter', 'verbose', '--reporter', 'json'];
    const { code } = await machine.exec(
      [
        '/bin/sh',
        '-c',
        `cd ${checkout}; exec "$@" >${outputPort} 2>&1`,
        ...[
          'sh',
          node,
          ...vitest,
          ...args,
          '--outputFile.json',
          report,
          ...(this.#onlyFiles.length > 0 ? this.#onlyFiles : files),
        ],
      ],
      {
        timeoutMs: suiteTimeoutMs,
        env: {
          PATH: `${checkout}/node_modules/node/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
          HOMING_BUNDLES: `${checkout}/dist`,
          NO_COLOR: '1',
        },
      },
    );
    const counts = countsSchema.parse(JSON.parse(await machine.run(['/bin/cat', report])));
    this.#passed += counts.numPassedTests;
    this.#failed += counts.numFailedTests;
    // A file that cannot be loaded has no failed test of its own.
    if (code !== 0 && counts.numFailedTests === 0) this.#failed += 1;
  }

  /** Ends its machines, also those that are starting, and removes their files. */
  async close(): Promise<void> {
    this.#closing.abort();
    const stopAll = () => Promise.all(this.#machines.map((machine) => machine.stop()));
    await Promise.all([stopAll(), Promise.allSettled(this.#booting)]);
    await stopAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}
