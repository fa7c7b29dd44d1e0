import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Status, statusSchema } from '../../../shared/contract/status.ts';
import type { CommandResult } from '../../lab/command.ts';
import type { Host, HostUser } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';
import {
  becomeMac,
  deviceOf,
  type HelperUser,
  type LabSystem,
  labHelperUser,
  labSystem,
} from './lab-system.ts';
import { ownUserCommand, ownUserId, prepareOwnUser } from './own-user.ts';

/** A host of the lab with Homing installed: the bundles and their Node below /opt/homing, one ordinary user. */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const nodePath = '/opt/homing/bin/node';
const cliPath = '/opt/homing/lib/homing/homing.mjs';
const helperPaths = {
  linux: '/opt/homing/lib/helper/homing-helper.mjs',
  macos: '/opt/homing/lib/helper/homing-helper-on-macos.mjs',
} as const;
const userId = 1000;

/** The Node of an installed host, for programs of the tests. */
export const nodeProgram = nodePath;
/** The commands of the product, as they stand on an installed host. */
export const homingCommand = [nodePath, cliPath] as const;
export const helperCommand = [nodePath, helperPaths.linux] as const;

export class InstalledHost {
  readonly host: Host;
  readonly user: HostUser;
  readonly #system: LabSystem;
  readonly #helperUser: HelperUser;
  #helper: HostProcess | undefined;
  #isPrepared = false;

  private constructor(host: Host, user: HostUser, system: LabSystem, helperUser: HelperUser) {
    this.host = host;
    this.user = user;
    this.#system = system;
    this.#helperUser = helperUser;
  }

  /** Puts the product on a host: dist/, or in tests the bundles of the run, see bundle-once.ts. */
  static async install(
    host: Host,
    system = labSystem,
    helperUser: HelperUser = system === 'linux' ? labHelperUser : 'root',
  ): Promise<InstalledHost> {
    await host.mountProduct({
      node: `${root}node_modules/node/bin/node`,
      dist: process.env.HOMING_BUNDLES ?? `${root}dist`,
    });
    return new InstalledHost(host, await host.addUser('user', userId), system, helperUser);
  }

  /** The command that starts the helper here. */
  get helperCommand(): readonly string[] {
    return [nodePath, helperPaths[this.#system]];
  }

  /** The user that the helper runs as. */
  get helperUid(): number {
    return this.#helperUser === 'homing' ? ownUserId : 0;
  }

  /** The interface name of a network on this machine. */
  deviceOf(interfaceName: string): Promise<string> {
    return this.#system === 'macos' ? deviceOf(this.host, interfaceName) : Promise.resolve(interfaceName);
  }

  /** The running helper. @throws Error if there is none */
  get helper(): HostProcess {
    if (this.#helper === undefined) throw new Error(`no helper was started on ${this.host.name}`);
    return this.#helper;
  }

  /** Starts the helper as its service does and waits until it listens. @throws Error with its own output if it does not */
  async startHelper(): Promise<void> {
    if (!this.#isPrepared) {
      if (this.#system === 'macos') await becomeMac(this.host);
      if (this.#helperUser === 'homing') await prepareOwnUser(this.host, this.helperCommand);
    }
    this.#isPrepared = true;
    const { uid } = this.user;
    const command =
      this.#helperUser === 'homing'
        ? ownUserCommand(this.helperCommand, uid)
        : [...this.helperCommand, '--uid', `${uid}`];
    this.#helper = await this.host.spawn(command);
    await this.#helper.stderr.waitFor(/^homing-helper: listening at /, 15_000);
  }

  /** Ends the helper as an administrator would. */
  async stopHelper(): Promise<void> {
    await this.helper.stop();
    this.#helper = undefined;
  }

  /** Kills the helper, as in a crash; everything it created stays. */
  async killHelper(): Promise<void> {
    const { helper } = this;
    helper.kill('SIGKILL');
    await helper.exited;
    this.#helper = undefined;
  }

  /** Runs the command line as the user. */
  homing(args: readonly string[], options: { readonly input?: string } = {}): Promise<CommandResult> {
    return this.host.exec([nodePath, cliPath, ...args], { user: this.user, ...options });
  }

  /** As {@link homing}, but throws with its own output if it fails. @returns standard output */
  mustHoming(args: readonly string[], options: { readonly input?: string } = {}): Promise<string> {
    return this.host.run([nodePath, cliPath, ...args], { user: this.user, ...options });
  }

  async status(): Promise<Status> {
    return statusSchema.parse(JSON.parse(await this.mustHoming(['status', '--json'])));
  }

  /** Polls the status until a condition holds. @throws Error with the last status if it does not in time */
  async until(what: string, holds: (status: Status) => boolean, timeoutMs = 10_000): Promise<Status> {
    const deadline = Date.now() + timeoutMs;
    while (true) {
      const status = await this.status();
      if (holds(status)) return status;
      if (Date.now() > deadline)
        throw new Error(`not within ${timeoutMs} ms: ${what}\n${JSON.stringify(status, null, 2)}`);
      await sleep(50);
    }
  }
}
