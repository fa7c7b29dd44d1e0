import { createWorld, type World, type WorldOptions } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { AuthoredNetwork } from './authored-network.ts';
import { InstalledHost } from './installed-host.ts';
import type { LabSystem } from './lab-system.ts';
import { connectedIn, controllerIn, endpointFor, RoamingLaptop } from './roaming-laptop.ts';

/** The standard internet with a network on it: the laptop is admitted, the controllers and its helper run. */

export const networkName = 'wgnet';
const port = 51_820;

export interface RoamingOptions extends WorldOptions {
  /** Options of `homing network init`. */
  readonly init?: readonly string[];
  /** The private endpoints that the invite names for `nas`; its LAN address by default. */
  readonly privateEndpoints?: readonly string[];
  /** The public endpoints that the invite names for `nas`; home's public address by default. */
  readonly publicEndpoints?: readonly string[];
  /** Ranges behind `nas`. */
  readonly routes?: readonly string[];
  /** The controllers; `nas` alone by default. The first one is the default controller. */
  readonly controllers?: readonly ('nas' | 'vps')[];
  /** The operating system that the laptop's helper assumes. */
  readonly system?: LabSystem;
  /** Changes the output of `homing network render` before it is used. */
  readonly changeConfig?: (config: string) => string;
}

export interface RoamingMesh {
  readonly world: World;
  readonly laptop: RoamingLaptop;
  readonly network: AuthoredNetwork;
  destroy(): Promise<void>;
}

export async function createRoamingMesh(options: RoamingOptions = {}): Promise<RoamingMesh> {
  const world = await createWorld(options);
  try {
    const [admin, installed] = await Promise.all([
      InstalledHost.install(world.nas),
      InstalledHost.install(world.laptop, options.system),
    ]);
    const network = await AuthoredNetwork.init(networkName, admin, options.init);
    for (const name of options.controllers ?? ['nas']) await addController(network, world, name, options);
    if (options.parts?.includes('desk')) await network.addPeer('desk');
    await network.admit('laptop', installed);
    await network.startControllers(options.changeConfig);
    await installed.startHelper();
    return { world, laptop: new RoamingLaptop(installed), network, destroy: () => world.destroy() };
  } catch (error) {
    await world.destroy();
    throw error;
  }
}

function addController(
  network: AuthoredNetwork,
  world: World,
  name: 'nas' | 'vps',
  options: RoamingOptions,
): Promise<void> {
  if (name === 'vps') {
    const publicEndpoints = [`${at.dataCentre.vps}:${port}`];
    return network.addController('vps', { host: world.host('vps'), publicEndpoints });
  }
  return network.addController('nas', {
    host: world.nas,
    privateEndpoints: options.privateEndpoints ?? [`${at.private.nas}:${port}`],
    publicEndpoints: options.publicEndpoints ?? [`${at.internet.home}:${port}`],
    routes: options.routes ?? [],
  });
}

/** A controller of an existing network: without a [Peer] for the probes of a peer. */
export function withoutProbePeers(config: string): string {
  const sections = config.split(/^(?=\[Peer\])/m);
  const kept = sections.filter((section) => !section.startsWith('[Peer]\n# probe of '));
  if (kept.length === sections.length) throw new Error(`no probe peers in:\n${config}`);
  return kept.join('');
}

/** The endpoints of both ends of the tunnel to `nas`, as WireGuard reports them. */
export interface BothEnds {
  readonly laptop: string;
  readonly nas: string;
}

export async function bothEnds({ world, laptop }: RoamingMesh): Promise<BothEnds> {
  const status = await laptop.status();
  const [laptopSide, nasSide] = await Promise.all([
    laptop.liveEndpoint(controllerIn(status, 'nas').publicKey),
    world.nas.run(['wg', 'show', 'wg0', 'endpoints']),
  ]);
  return { laptop: laptopSide, nas: endpointFor(nasSide, connectedIn(status).publicKey) };
}

/** As {@link bothEnds}, as the product names them; an end without an endpoint is `none`. */
export async function pathsOfBothEnds(mesh: RoamingMesh): Promise<{ laptop: string; nas: string }> {
  const ends = await bothEnds(mesh);
  const publicOnes: readonly string[] = [at.internet.home, at.internet.home6, at.home6.nas];
  const own = await mesh.world.laptop.run(['ip', '-o', 'address', 'show', 'dev', 'eth0']);
  const address = (endpoint: string) => endpoint.replace(/:\d+$/, '').replace(/^\[|\]$|%.*$/g, '');
  const ofNas = (): string => {
    if (ends.nas === '(none)') return 'none';
    return own.includes(` ${address(ends.nas)}/`) ? 'lan' : 'internet';
  };
  return {
    laptop: publicOnes.includes(address(ends.laptop)) ? 'internet' : 'lan',
    nas: ofNas(),
  };
}
