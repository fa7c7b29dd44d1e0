import type { Host } from '../../lab/host.ts';
import { generateKeys, startController, type WireGuardKeys } from '../../lab/wireguard-host.ts';
import type { InstalledHost } from './installed-host.ts';

/** A network authored with the real command line on one of the lab's hosts, as its admin would. */

export interface ControllerPlace {
  readonly host: Host;
  readonly privateEndpoints?: readonly string[];
  readonly publicEndpoints?: readonly string[];
  /** Further options of `homing network add-controller`. */
  readonly options?: readonly string[];
  /** Ranges behind it. */
  readonly routes?: readonly string[];
}

export class AuthoredNetwork {
  readonly name: string;
  readonly #admin: InstalledHost;
  readonly #controllers = new Map<string, { readonly host: Host; readonly keys: WireGuardKeys }>();

  private constructor(name: string, admin: InstalledHost) {
    this.name = name;
    this.#admin = admin;
  }

  static async init(
    name: string,
    admin: InstalledHost,
    options: readonly string[] = [],
  ): Promise<AuthoredNetwork> {
    const network = new AuthoredNetwork(name, admin);
    await network.run(['init', name, '--file', network.file, ...options]);
    return network;
  }

  get file(): string {
    return `${this.#admin.user.home}/${this.name}.network.json`;
  }

  /** `homing network …` on the admin's machine. */
  run(args: readonly string[], input?: string): Promise<string> {
    return this.#admin.mustHoming(['network', ...args], input === undefined ? {} : { input });
  }

  /** Makes the controller's key on its own host and adds it to the network. */
  async addController(name: string, place: ControllerPlace): Promise<void> {
    const keys = await generateKeys(place.host);
    this.#controllers.set(name, { host: place.host, keys });
    await this.run([
      'add-controller',
      name,
      '--public-key',
      keys.publicKey,
      ...(place.privateEndpoints ?? []).flatMap((endpoint) => ['--private-endpoint', endpoint]),
      ...(place.publicEndpoints ?? []).flatMap((endpoint) => ['--public-endpoint', endpoint]),
      ...(place.options ?? []),
      ...(place.routes ?? []).flatMap((range) => ['--route', range]),
      '--file',
      this.file,
    ]);
  }

  /** Adds a peer, or the keys of its card. */
  async addPeer(name: string, card?: string, options: readonly string[] = []): Promise<void> {
    const withCard = card === undefined ? [] : ['--card', '-'];
    await this.run(['add-peer', name, ...withCard, ...options, '--file', this.file], card);
  }

  /** The signed invite of a peer, one line. */
  invite(peer: string): Promise<string> {
    return this.run(['invite', peer, '--file', this.file]);
  }

  render(controller: string, format = 'wg-quick'): Promise<string> {
    return this.run(['render', '--controller', controller, '--format', format, '--file', this.file]);
  }

  /** The keys of a controller that was added. */
  keysOf(controller: string): WireGuardKeys {
    const found = this.#controllers.get(controller);
    if (found === undefined) throw new Error(`no controller ${controller}`);
    return found.keys;
  }

  /** Brings every controller up with the real wg-quick on what `render` prints. */
  async startControllers(
    change: (config: string) => string = (config) => config,
    interfaceName?: string,
  ): Promise<void> {
    await Promise.all(
      [...this.#controllers].map(async ([name, { host, keys }]) => {
        await startController(host, {
          configText: change(await this.render(name)),
          privateKey: keys.privateKey,
          ...(interfaceName === undefined ? {} : { interfaceName }),
        });
      }),
    );
  }

  /** A peer's complete set-up: invite, import, card back to the admin. The controllers are started afterwards. */
  async admit(name: string, peer: InstalledHost, options: readonly string[] = []): Promise<void> {
    await this.addPeer(name, undefined, options);
    await peer.mustHoming(['import', '-', '--yes'], { input: await this.invite(name) });
    await this.addPeer(name, await peer.mustHoming(['join-card', this.name]));
  }
}
