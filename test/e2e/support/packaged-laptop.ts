import type { Host, HostUser } from '../../lab/host.ts';
import { allowUser, startPolkit } from '../../mesh/support/polkit.ts';

/** A laptop whose owner may become root by pkexec, with the helper and command line that the app installs. */

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

  /** Runs the installed command line as the user. @throws Error with its own output @returns standard output */
  homing(args: readonly string[]): Promise<string> {
    return this.host.run([commandLine, ...args], { user: this.user });
  }

  /** The program that the helper's process runs. */
  async helperProgram(): Promise<string> {
    return (await this.host.run(['/bin/readlink', `/proc/${await this.#helperPid()}/exe`])).trim();
  }

  /** Kills the helper, as in a crash; everything it created stays. */
  async killHelper(): Promise<void> {
    await this.host.run(['/bin/kill', '-KILL', await this.#helperPid()]);
  }

  /** Starts the helper as the machine would: it has no service manager that restarts it. */
  async startHelper(): Promise<void> {
    await this.host.run([service, 'start']);
  }

  async #helperPid(): Promise<string> {
    return (await this.host.readFile(pidFile)).trim();
  }
}
