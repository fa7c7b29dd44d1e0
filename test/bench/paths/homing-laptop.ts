import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HelperClient } from '../../../client/helper-client.ts';
import { v8Flags } from '../../../scripts/build-executable.ts';
import { bundlePrograms } from '../../../scripts/bundle.ts';
import { helperPlaces } from '../../../shared/install/places.ts';
import type { Host, HostUser } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';
import { becomeMac, deviceOf, labSystem } from '../../mesh/support/lab-system.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const nodePath = '/opt/homing/bin/node';
const startTimeoutMs = 10_000;

/**
 * The entry of the helper by the system of the lab: with HOMING_LAB_SYSTEM=macos its macOS tunnel on Linux, over stand-ins
 * for the programs of macOS.
 */
const helperEntry = { linux: 'helper/main.ts', macos: 'test/mesh/support/macos-helper.ts' }[labSystem];

/** Builds the programs that users install, for the duration of one benchmark. */
export async function withBundles<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'homing-bench-'));
  try {
    await bundlePrograms(directory, { 'homing-helper': helperEntry });
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A laptop of the lab with the product installed and its helper running as root. */
export class HomingLaptop {
  readonly host: Host;
  /** Queries the helper from outside the lab: starting a process for each query would disturb the measurement. */
  readonly client: HelperClient;
  readonly user: HostUser;
  #helper: HostProcess | undefined;

  private constructor(host: Host, user: HostUser) {
    this.host = host;
    this.user = user;
    this.client = new HelperClient(host.outsidePath(helperPlaces('linux').socketPath));
  }

  static async install(host: Host, bundles: string): Promise<HomingLaptop> {
    await host.mountProduct({ node: `${root}node_modules/node/bin/node`, dist: bundles });
    if (labSystem === 'macos') await becomeMac(host);
    return new HomingLaptop(host, await host.addUser('user', 1000));
  }

  /** The helper's pid on the machine. @throws Error when it was not started */
  get helperPid(): number {
    if (this.#helper === undefined) throw new Error('the helper was not started');
    return this.#helper.outsidePid;
  }

  /** The interface of a network, as the kernel named it. */
  deviceOf(interfaceName: string): Promise<string> {
    return labSystem === 'macos' ? deviceOf(this.host, interfaceName) : Promise.resolve(interfaceName);
  }

  /** `homing …` as the laptop's user. @returns standard output */
  homing(args: readonly string[], input = ''): Promise<string> {
    const argv = [nodePath, '/opt/homing/lib/homing/homing.mjs', ...args];
    return this.host.run(argv, { user: this.user, input });
  }

  async startHelper(): Promise<void> {
    const program = [nodePath, ...v8Flags, '/opt/homing/lib/helper/homing-helper.mjs'];
    const argv = [...program, '--uid', `${this.user.uid}`];
    this.#helper = await this.host.spawn(argv);
    const deadline = Date.now() + startTimeoutMs;
    while (true) {
      try {
        await this.client.status();
        return;
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`${String(error)}\n${this.#helper.stderr.text}`);
        await sleep(50);
      }
    }
  }
}
