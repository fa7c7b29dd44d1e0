import * as z from 'zod';
import { type Status, statusSchema } from '../../../shared/contract/status.ts';
import { checkout } from '../machine/checkout-disk.ts';
import type { CommandSettings, Machine } from '../machine/machine.ts';
import type { Admin } from './admin.ts';

/** A machine as a user's laptop: an account, Homing from its package, and a controller `nas` in a network namespace beside it. */

export const user = 'user';
const uid = 1000;
export const networkName = 'wgnet';
export const tunnelInterface = 'hm-wgnet';
export const nasName = `nas.${networkName}`;
const packageName = 'homing-desktop';
export const helperProgram = `/usr/lib/${packageName}/resources/helper/homing-helper`;

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

const asUser = ['/usr/sbin/runuser', '-u', user, '--'];
/** The control API without Node, whose start takes long there. To HTTP/1.0 the answer is not chunked. */
const askStatus = `
import socket
s = socket.socket(socket.AF_UNIX)
s.connect('/run/homing/helper.sock')
s.sendall(b'GET /v1/status HTTP/1.0\\r\\nHost: homing\\r\\n\\r\\n')
head, body = s.makefile('rb').read().split(b'\\r\\n\\r\\n', 1)
assert head.split()[1] == b'200', head
print(body.decode())
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
    return await this.machine.run([...asUser, ...this.#command, ...args], {
      env: { HOME: `/home/${user}` },
      ...settings,
    });
  }

  /**
   * Imports the invite of a network with `nas` as its controller, and starts `nas` with the rendered configuration.
   * @param admin who authors the network
   * @param endpoints options of `homing network add-controller`
   */
  async joinNetwork(admin: Admin, endpoints: readonly string[]): Promise<void> {
    const makeKeys = `umask 077; mkdir -p ${nasFolder}; wg genkey | tee ${nasFolder}/wg0.key | wg pubkey`;
    const publicKey = (await this.machine.sh(makeKeys)).trim();
    await admin.network(['init', networkName]);
    await admin.network(['add-controller', 'nas', '--public-key', publicKey, ...endpoints]);
    await admin.network(['add-peer', 'laptop']);
    await this.homing(['import', '-', '--yes'], { input: await admin.network(['invite', 'laptop']) });
    const card = await this.homing(['join-card', networkName]);
    await admin.network(['add-peer', 'laptop', '--card', '-'], card);
    const config = await admin.network(['render', '--controller', 'nas', '--format', 'wg-quick']);
    await this.machine.writeFile(`${nasFolder}/wg0.conf`, config, '600');
    await this.startNas();
  }

  /**
   * Connects, and waits until nas has an endpoint: on this slow processor its LAN address may not have answered within
   * the first 40 ms (shared/paths/machine/first-endpoint.ts), and without one the kernel refuses packets at once.
   */
  async connect(): Promise<void> {
    await this.homing(['up']);
    const endpoints = `wg show ${tunnelInterface} endpoints`;
    await this.machine.sh(`until ${endpoints} | grep -q '[0-9]$'; do sleep 0.1; done`, { timeoutMs: 20_000 });
  }

  async status(): Promise<Status> {
    const asked = await this.machine.run([...asUser, '/usr/bin/python3', '-c', askStatus]);
    return statusSchema.parse(JSON.parse(asked));
  }

  /** Waits until the helper answers. @throws Error when it does not within 30 s */
  async untilAnswers(): Promise<void> {
    const script = `until python3 -c "$1" >/dev/null 2>&1; do sleep 0.1; done`;
    const shell = ['/bin/sh', '-c', script, 'sh', askStatus];
    await this.machine.run([...asUser, ...shell], { timeoutMs: 30_000 });
  }

  /** The machine's own clock, in milliseconds since 1970. */
  async nowMs(): Promise<number> {
    return Number(await this.machine.sh('date +%s%3N'));
  }

  /** @throws Error with the output of ping(8) if not all of `count` are answered */
  async pingNas(count = 3): Promise<void> {
    await this.machine.run(['/usr/bin/ping', '-c', `${count}`, '-i', '0.2', '-w', '20', nasName]);
  }

  /** A property of a unit, by default the helper's, as systemctl(1) shows it. */
  async unitProperty(name: string, unit = 'homing-helper.service'): Promise<string> {
    const show = ['/usr/bin/systemctl', 'show', unit, '--value', '-p', name];
    return (await this.machine.run(show)).trim();
  }

  /** The number of the tunnel's interface: it changes when the interface is created again. */
  async tunnelIndex(): Promise<number> {
    const index = await this.machine.run(['/bin/cat', `/sys/class/net/${tunnelInterface}/ifindex`]);
    return z.coerce.number().parse(index.trim());
  }
}
