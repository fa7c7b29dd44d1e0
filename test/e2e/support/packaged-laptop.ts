import type { Host, HostUser } from '../../lab/host.ts';
import { allowUser, startPolkit } from './polkit.ts';

/** A laptop whose owner may become root by pkexec, and whose helper and command line are those that the app installs. */

const service = '/etc/init.d/homing-helper';
const pidFile = '/run/homing-helper.pid';
const commandLine = '/usr/local/bin/homing';

export class PackagedLaptop {
  readonly host: Host;
  readonly user: HostUser;

  private constructor(host: Host, user: HostUser) {
    this.host = host;
    this.user = user;
  }

  static async prepare(host: Host): Promise<PackagedLaptop> {
    const user = await host.addUser('user', 1000);
    await startPolkit(host);
    await allowUser(host, user.name);
    // The command line goes below /usr, which a host shares with the machine.
    await host.overlay('/usr');
    return new PackagedLaptop(host, user);
  }

  /** Runs the installed command line as the user. @throws Error with its own words @returns standard output */
  homing(args: readonly string[]): Promise<string> {
    return this.host.run([commandLine, ...args], { user: this.user });
  }

  /** The program that the helper's process runs. */
  async helperProgram(): Promise<string> {
    return (await this.host.run(['/bin/readlink', `/proc/${await this.#helperPid()}/exe`])).trim();
  }

  /** Kills the helper as a crash would; what it made stays. */
  async killHelper(): Promise<void> {
    await this.host.run(['/bin/kill', '-KILL', await this.#helperPid()]);
  }

  /** Starts the helper as the machine does, which has no service manager that would do it again by itself. */
  async startHelper(): Promise<void> {
    await this.host.run([service, 'start']);
  }

  async #helperPid(): Promise<string> {
    return (await this.host.readFile(pidFile)).trim();
  }
}
