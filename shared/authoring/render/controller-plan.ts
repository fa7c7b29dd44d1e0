import { planAddresses } from '../../addresses/plan.ts';
import type { SigningKey } from '../../invite/network-key.ts';
import type { PresharedKey, PublicKey } from '../../keys/wireguard-key.ts';
import { unknownController } from '../members.ts';
import type { AuthoredController, AuthoredPeer, NetworkFile } from '../network-file.ts';
import { derivedPresharedKey } from '../preshared-key.ts';

/** One `[Peer]` of a controller. */
export interface PlannedPeer {
  /** `peer laptop`, `probe of laptop`, `controller vps`. */
  readonly comment: string;
  /** The member it belongs to; a peer and its probe share it, and their preshared key. */
  readonly member: string;
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  /** Empty for a probe: it may shake hands and carry nothing. */
  readonly allowedIps: readonly string[];
  readonly endpoint: string | undefined;
  readonly persistentKeepaliveSeconds: number | undefined;
}

/** Everything the configuration of one controller says, for each format to print. It holds no private key. */
export interface ControllerPlan {
  readonly network: string;
  readonly controller: string;
  /** At most 15 characters of what wg-quick takes as an interface name. */
  readonly interfaceName: string;
  /** `...::1/56`. */
  readonly address: string;
  /** The whole network, /40. */
  readonly base: string;
  readonly listenPort: number;
  readonly peers: readonly PlannedPeer[];
  /** Peers whose join card has not come back. */
  readonly withoutKeys: readonly string[];
  /** Ranges behind other controllers. */
  readonly routes: readonly string[];
  /** Every machine's full name and the address this controller reaches it by. */
  readonly names: readonly { readonly name: string; readonly address: string }[];
  /** Whether some controller has an IPv4 range behind it, so that IPv4 is forwarded too. */
  readonly forwardsIpv4: boolean;
}

/** Keeps the way between two controllers open through a NAT (wg(8), PersistentKeepalive). */
const controllerKeepaliveSeconds = 25;

/** Names that Linux or sysctl give a meaning of their own. */
const takenInterfaceNames = new Set(['all', 'default', 'lo']);

/** The interface of a network on a controller: its name, as far as an interface can have it. */
export function controllerInterfaceName(network: string): string {
  const name = network
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 15)
    .replace(/^-+|-+$/g, '');
  return name === '' || takenInterfaceNames.has(name) ? `wg-${name || 'net'}` : name;
}

/**
 * What one controller needs to be configured with.
 * @param signingKey for the preshared keys; may be left out when the network has none
 * @throws HomingError `unknown-controller`
 */
export function planController(
  file: NetworkFile,
  controllerName: string,
  signingKey: SigningKey | undefined,
): ControllerPlan {
  const own = file.controllers.find(({ name }) => name === controllerName);
  if (own === undefined) {
    const known = file.controllers.map(({ name }) => name);
    throw unknownController('--controller', controllerName, known);
  }
  const others = file.controllers.filter((controller) => controller !== own);
  const plan = planAddresses(file.name, own.name);
  const routes = others.flatMap((controller) => controller.routes);
  return {
    network: file.name,
    controller: own.name,
    interfaceName: controllerInterfaceName(file.name),
    address: `${plan.controllerAddress}/56`,
    base: plan.base,
    listenPort: own.port,
    peers: [
      ...others.map((controller) => controllerEntry(file.name, controller)),
      ...file.peers.flatMap((peer) => peerEntries(file, own, peer, signingKey)),
    ],
    withoutKeys: file.peers.filter(({ publicKey }) => publicKey === null).map(({ name }) => name),
    routes,
    names: machineNames(file, own),
    forwardsIpv4: [...routes, ...own.routes].some((route) => !route.includes(':')),
  };
}

/** A controller by its ::1; a peer by its address in this controller's own subnet, which needs no other's help. */
function machineNames(file: NetworkFile, own: AuthoredController): ControllerPlan['names'] {
  const controllers = file.controllers.map(({ name }) => ({
    name: `${name}.${file.domain}`,
    address: planAddresses(file.name, name).controllerAddress,
  }));
  const peers = file.peers.flatMap(({ name }) => {
    const { peerAddress } = planAddresses(file.name, own.name, name);
    return peerAddress === undefined ? [] : [{ name: `${name}.${file.domain}`, address: peerAddress }];
  });
  return [...controllers, ...peers];
}

function controllerEntry(network: string, controller: AuthoredController): PlannedPeer {
  const endpoint = controller.endpoints.public[0] ?? controller.endpoints.private[0];
  return {
    comment: `controller ${controller.name}`,
    member: controller.name,
    publicKey: controller.publicKey,
    presharedKey: undefined,
    allowedIps: [planAddresses(network, controller.name).subnet, ...controller.routes],
    endpoint,
    persistentKeepaliveSeconds: endpoint === undefined ? undefined : controllerKeepaliveSeconds,
  };
}

function peerEntries(
  file: NetworkFile,
  own: AuthoredController,
  peer: AuthoredPeer,
  signingKey: SigningKey | undefined,
): PlannedPeer[] {
  if (peer.publicKey === null) return [];
  const presharedKey =
    file.presharedKeys && signingKey !== undefined
      ? derivedPresharedKey(signingKey, own.name, peer.name)
      : undefined;
  const ranges = file.controllers.map(({ name }) => planAddresses(file.name, name, peer.name).allowedRange);
  const common = {
    member: peer.name,
    presharedKey,
    endpoint: undefined,
    persistentKeepaliveSeconds: undefined,
  };
  const tunnel: PlannedPeer = {
    ...common,
    comment: `peer ${peer.name}`,
    publicKey: peer.publicKey,
    allowedIps: ranges.filter((range) => range !== undefined),
  };
  if (peer.probePublicKey === null) return [tunnel];
  const probe: PlannedPeer = {
    ...common,
    comment: `probe of ${peer.name}: proves this controller to it, carries nothing`,
    publicKey: peer.probePublicKey,
    allowedIps: [],
  };
  return [tunnel, probe];
}

/** One file of a rendered configuration. */
export interface RenderedFile {
  /** Where it belongs on the controller. */
  readonly path: string;
  readonly text: string;
  /** Holds a preshared key, so only root may read it. */
  readonly secret: boolean;
}

/** Comments at the head of every format. */
export function headComments(plan: ControllerPlan): string[] {
  return [
    `# ${plan.controller} in ${plan.network}, made by \`homing network render\`.`,
    `# Let UDP port ${plan.listenPort} in, for example: nft add rule inet filter input udp dport ${plan.listenPort} accept`,
    ...plan.withoutKeys.map((name) => `# Left out until its join card comes back: ${name}`),
  ];
}

/** RFC 4861 section 6.2.1: a router takes no router advertisement, which would cost a host its default route. */
export const routerAdvertisementComment =
  '# If this host has its own IPv6 address from router advertisements, also set accept_ra = 2 for that interface.';
