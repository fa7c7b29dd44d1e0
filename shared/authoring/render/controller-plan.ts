import { prefixLengthOf } from '../../addresses/ipv4.ts';
import { planAddresses } from '../../addresses/plan.ts';
import { parseEndpointParts } from '../../endpoints/endpoint.ts';
import type { SigningKey } from '../../invite/network-key.ts';
import { probePeerComment } from '../../invite/probe-peer.ts';
import type { PresharedKey, PublicKey } from '../../keys/wireguard-key.ts';
import { memberHostName } from '../../names/member-name.ts';
import type { HostEntry } from '../../plan/host-names.ts';
import { unknownController } from '../members.ts';
import type { AuthoredController, AuthoredPeer, NetworkFile } from '../network-file.ts';
import { derivedPresharedKey } from '../preshared-key.ts';
import { overlaps } from '../ranges.ts';

/** One `[Peer]` of a controller. */
export interface PlannedPeer {
  /** `peer laptop`, `probe of laptop`, `controller vps`. */
  readonly comment: string;
  /** The member it belongs to; a peer and its probe share it, and their preshared key. */
  readonly member: string;
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  /** Empty for a probe: it can complete handshakes but carry no traffic. */
  readonly allowedIps: readonly string[];
  readonly endpoint: string | undefined;
  readonly persistentKeepaliveSeconds: number | undefined;
}

/** Everything that the configuration of one controller contains, independent of the format. It holds no private key. */
export interface ControllerPlan {
  readonly network: string;
  readonly controller: string;
  /** At most 15 characters that wg-quick accepts as an interface name. */
  readonly interfaceName: string;
  /** `...::1/56`, and with IPv4 its address with the prefix length of the range. */
  readonly addresses: readonly string[];
  /** The whole network, /40. */
  readonly base: string;
  /** The ranges of all members: the /40, and with IPv4 its range. */
  readonly memberRanges: readonly string[];
  readonly listenPort: number;
  /** Undefined: the system's default. */
  readonly mtu: number | undefined;
  readonly peers: readonly PlannedPeer[];
  /** Peers that have not returned their join card. */
  readonly withoutKeys: readonly string[];
  /** Ranges behind other controllers. */
  readonly routes: readonly string[];
  /** Ranges behind this controller. */
  readonly ownRoutes: readonly string[];
  /** Whether traffic of members to the hosts behind this controller is masqueraded. */
  readonly masquerades: boolean;
  /** Whether members may send all traffic through it: forwarded to any destination and masqueraded. */
  readonly isExit: boolean;
  /** Every machine's full names and the addresses at which this controller reaches it, one line per address. */
  readonly names: readonly HostEntry[];
  /** Whether members have IPv4, which is then forwarded too. */
  readonly forwardsIpv4: boolean;
}

/** Keeps NAT mappings between two controllers open (wg(8), PersistentKeepalive). */
const controllerKeepaliveSeconds = 25;

/** Names with a special meaning for Linux or sysctl. */
const takenInterfaceNames = new Set(['all', 'default', 'lo']);

/** The interface name of a network on a controller: the network's name, shortened to a valid interface name. */
export function controllerInterfaceName(network: string): string {
  const name = network
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 15)
    .replace(/^-+|-+$/g, '');
  return name === '' || takenInterfaceNames.has(name) ? `wg-${name || 'net'}` : name;
}

/**
 * The configuration of one controller.
 * @param signingKey for the preshared keys; optional if the network has none
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
    addresses: [`${plan.controllerAddress}/56`, ...ipv4Addresses(file, own)],
    base: plan.base,
    memberRanges: [plan.base, ...(file.ipv4 === undefined ? [] : [file.ipv4])],
    listenPort: own.port,
    mtu: file.mtu,
    peers: [
      ...others.map((controller) => controllerEntry(file.name, controller)),
      ...file.peers.flatMap((peer) => peerEntries(file, own, peer, signingKey)),
    ],
    withoutKeys: file.peers.filter(({ publicKey }) => publicKey === null).map(({ name }) => name),
    routes,
    ownRoutes: own.routes,
    masquerades: own.routes.length > 0 && own.masquerade !== false,
    isExit: own.exit !== undefined,
    names: machineNames(file, own),
    forwardsIpv4: file.ipv4 !== undefined || [...routes, ...own.routes].some((route) => !route.includes(':')),
  };
}

function ipv4Addresses(file: NetworkFile, own: AuthoredController): string[] {
  if (file.ipv4 === undefined || own.ipv4 === undefined) return [];
  return [`${own.ipv4}/${prefixLengthOf(file.ipv4)}`];
}

/**
 * A controller by its ::1; a peer by its address in the subnet of its designated controller, by default in this
 * controller's own, which depends on no other controller.
 */
function machineNames(file: NetworkFile, own: AuthoredController): HostEntry[] {
  const names = ({ name, aliases = [] }: AuthoredController | AuthoredPeer) =>
    [name, ...aliases].map((each) => `${memberHostName(each)}.${file.domain}`);
  const entries = (member: AuthoredController | AuthoredPeer, ipv6: string | undefined): HostEntry[] =>
    [ipv6, member.ipv4].flatMap((address) =>
      address === undefined ? [] : [{ address, names: names(member) }],
    );
  return [
    ...file.controllers.flatMap((controller) =>
      entries(controller, planAddresses(file.name, controller.name).controllerAddress),
    ),
    ...file.peers.flatMap((peer) =>
      entries(peer, planAddresses(file.name, peer.defaultController ?? own.name, peer.name).peerAddress),
    ),
  ];
}

function controllerEntry(network: string, controller: AuthoredController): PlannedPeer {
  const endpoint =
    controller.endpoints.public[0] ?? controller.endpoints.private.find(isOutside(controller.routes));
  return {
    comment: `controller ${controller.name}`,
    member: controller.name,
    publicKey: controller.publicKey,
    presharedKey: undefined,
    allowedIps: [
      planAddresses(network, controller.name).subnet,
      ...singleIpv4(controller.ipv4),
      ...controller.routes,
    ],
    endpoint,
    persistentKeepaliveSeconds: endpoint === undefined ? undefined : controllerKeepaliveSeconds,
  };
}

/** For another controller, an endpoint inside a routed LAN would be reached through the tunnel that it carries. */
function isOutside(routes: readonly string[]): (endpoint: string) => boolean {
  return (endpoint) => {
    const { host, family } = parseEndpointParts(endpoint, 'endpoint');
    return (
      family === 'name' || !routes.some((route) => overlaps(route, `${host}/${family === 4 ? 32 : 128}`))
    );
  };
}

function singleIpv4(address: string | undefined): string[] {
  return address === undefined ? [] : [`${address}/32`];
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
  // A private endpoint is only meaningful on a LAN; the peer's first handshake replaces it elsewhere.
  const endpoint = own.endpoints.private.length > 0 ? peer.privateEndpoint : undefined;
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
    endpoint,
    allowedIps: [...ranges.filter((range) => range !== undefined), ...singleIpv4(peer.ipv4)],
  };
  if (peer.probePublicKey === null) return [tunnel];
  const probe: PlannedPeer = {
    ...common,
    comment: probePeerComment(peer.name),
    publicKey: peer.probePublicKey,
    allowedIps: [],
  };
  return [tunnel, probe];
}

/** One file of a rendered configuration. */
export interface RenderedFile {
  /** Its path on the controller. */
  readonly path: string;
  readonly text: string;
  /** Contains a preshared key, so only root may read it. */
  readonly secret: boolean;
}

/** The comments at the top of every format. */
export function headComments(plan: ControllerPlan): string[] {
  return [
    `# ${plan.controller} in ${plan.network}, made by \`homing network render\`.`,
    ...plan.withoutKeys.map((name) => `# Left out until its join card comes back: ${name}`),
  ];
}

/** For formats that cannot open the host's firewall themselves. */
export function portComments({ listenPort }: ControllerPlan): string[] {
  return [
    `# Let UDP port ${listenPort} in, where a firewall is: ufw allow ${listenPort}/udp, or`,
    `# firewall-cmd --permanent --add-port=${listenPort}/udp, or nft add rule inet filter input udp dport ${listenPort} accept`,
  ];
}

/** RFC 4861 section 6.2.1: a router ignores router advertisements, which would cost a host its default route. */
export const routerAdvertisementComment =
  '# If this host has its own IPv6 address from router advertisements, also set accept_ra = 2 for that interface.';
