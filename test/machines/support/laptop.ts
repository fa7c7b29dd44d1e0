import * as z from 'zod';
import { type Status, statusSchema } from '../../../shared/contract/status.ts';
import { checkout } from '../machine/checkout-disk.ts';
import type { CommandSettings, Machine } from '../machine/machine.ts';

/** A machine as a user's laptop: an account, Homing from its package, and a controller `nas` in a network namespace beside it. */

export const user = 'user';
const uid = 1000;
export const networkName = 'wgnet';
export const tunnelInterface = 'hm-wgnet';
export const nasName = `nas.${networkName}`;
const packageName = 'homing-desktop';
const helperProgram = `/usr/lib/${packageName}/resources/helper/homing-helper`;

/** The line of a recipe that makes the account. */
export const addUser = `useradd --create-home --uid ${uid} --shell /bin/bash ${user}`;

const nasFolder = '/etc/netns/nas/wireguard';
/** ip-netns(8) replaces files in /etc by those in /etc/netns/NAME for programs of that namespace. */
const nasScript = `
ip netns add nas
ip link add lan0 type veth peer name eth0 netns nas
ip address add 192.0.2.50/24 dev lan0
ip link set lan0 up
ip -n nas link set lo up
ip -n nas address add 192.0.2.10/24 dev eth0
ip -n nas link set eth0 up
`;

export class Laptop {
  readonly machine: Machine;
  readonly #command: readonly string[];

  /** @param command the command line as installed there */
  constructor(machine: Machine, command: readonly string[] = ['/usr/local/bin/homing']) {
    this.machine = machine;
    this.#command = command;
  }

  /** A laptop that runs Homing from the checkout on its disk, as a service. */
  static async fromCheckout(machine: Machine): Promise<Laptop> {
    const node = `${checkout}/node_modules/node/bin/node`;
    const laptop = new Laptop(machine, [node, `${checkout}/dist/homing/homing.mjs`]);
    const service = ['/usr/bin/systemd-run', '--quiet', '--unit=homing-helper', '-p', 'KillMode=process'];
    const helper = [node, `${checkout}/dist/helper/homing-helper.mjs`, '--uid', `${uid}`];
    await machine.run([...service, ...helper]);
    await laptop.untilAnswers();
    return laptop;
  }

  /** The LAN with `nas` on it. Its configuration survives a restart of the machine, the network itself does not. */
  async joinLan(): Promise<void> {
    await this.machine.sh(nasScript);
  }

  async startNas(): Promise<void> {
    await this.machine.sh('ip netns exec nas wg-quick up wg0');
  }

  /** @param deb path inside the machine */
  async installPackage(deb: string, options: readonly string[] = []): Promise<string> {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const apt = ['/usr/bin/apt-get', 'install', '-y', '--no-install-recommends', ...options, deb];
    return await this.machine.run(apt, { env, timeoutMs: 300_000 });
  }

  /** What the app runs as root through pkexec. */
  async installHelper(): Promise<string> {
    return await this.machine.run([helperProgram, 'install', '--in-place', '--uid', `${uid}`]);
  }

  /** The command line as the user. */
  async homing(args: readonly string[], settings: CommandSettings = {}): Promise<string> {
    const as = ['/usr/sbin/runuser', '-u', user, '--'];
    return await this.machine.run([...as, ...this.#command, ...args], {
      env: { HOME: `/home/${user}` },
      ...settings,
    });
  }

  /**
   * Authors a network with `nas` as its controller, imports its invite, and starts `nas` with the rendered
   * configuration.
   */
  async joinNetwork(): Promise<void> {
    const file = ['--file', `/home/${user}/network.json`];
    const makeKeys = `umask 077; mkdir -p ${nasFolder}; wg genkey | tee ${nasFolder}/wg0.key | wg pubkey`;
    const publicKey = (await this.machine.sh(makeKeys)).trim();
    await this.homing(['network', 'init', networkName, ...file]);
    const endpoints = ['--private-endpoint', '192.0.2.10:51820'];
    await this.homing(['network', 'add-controller', 'nas', '--public-key', publicKey, ...endpoints, ...file]);
    await this.homing(['network', 'add-peer', 'laptop', ...file]);
    const invite = await this.homing(['network', 'invite', 'laptop', ...file]);
    await this.homing(['import', '-', '--yes'], { input: invite });
    const card = await this.homing(['join-card', networkName]);
    await this.homing(['network', 'add-peer', 'laptop', '--card', '-', ...file], { input: card });
    const config = await this.homing([
      'network',
      'render',
      '--controller',
      'nas',
      '--format',
      'wg-quick',
      ...file,
    ]);
    await this.machine.writeFile(`${nasFolder}/wg0.conf`, config, '600');
    await this.startNas();
  }

  async status(): Promise<Status> {
    return statusSchema.parse(JSON.parse(await this.homing(['status', '--json'])));
  }

  /** Waits until the helper answers. @throws Error when it does not within 30 s */
  async untilAnswers(): Promise<void> {
    const ask = `until ${this.#command.join(' ')} status >/dev/null 2>&1; do sleep 0.1; done`;
    const as = ['/usr/sbin/runuser', '-u', user, '--', '/bin/sh', '-c', ask];
    await this.machine.run(as, { timeoutMs: 30_000, env: { HOME: `/home/${user}` } });
  }

  /** The machine's own clock, in milliseconds since 1970. */
  async nowMs(): Promise<number> {
    return Number(await this.machine.sh('date +%s%3N'));
  }

  /** @throws Error with the output of ping(8) if not all of `count` are answered */
  async pingNas(count = 3): Promise<void> {
    await this.machine.run(['/usr/bin/ping', '-c', `${count}`, '-i', '0.2', '-w', '20', nasName]);
  }

  /** A property of the helper's unit, as systemctl(1) shows it. */
  async unitProperty(name: string): Promise<string> {
    const show = ['/usr/bin/systemctl', 'show', 'homing-helper.service', '--value', '-p', name];
    return (await this.machine.run(show)).trim();
  }

  /** The number of the tunnel's interface: it changes when the interface is created again. */
  async tunnelIndex(): Promise<number> {
    const index = await this.machine.run(['/bin/cat', `/sys/class/net/${tunnelInterface}/ifindex`]);
    return z.coerce.number().parse(index.trim());
  }
}
