import { parsePublicKey } from '../keys/wireguard-key.ts';
import { parseMemberName } from '../names/member-name.ts';
import {
  ipv4For,
  noIpv4Range,
  parseAliases,
  parseEndpoints,
  parsePort,
  parseRoutes,
  parseServers,
} from './member-values.ts';
import { type AuthoredController, changed, defaultPort, type NetworkFile } from './network-file.ts';

/** A controller as its author writes it. */
export interface NewController {
  readonly name: string;
  readonly publicKey: string;
  /** 1 to 65535; by default WireGuard's 51820. */
  readonly port?: number | undefined;
  /** `ip`, `ip:port`, `[ipv6]:port` or `host:port`; by default the controller's port. */
  readonly privateEndpoints?: readonly string[] | undefined;
  readonly publicEndpoints?: readonly string[] | undefined;
  readonly routes?: readonly string[] | undefined;
  /** By default the next free address of the network's range. */
  readonly ipv4?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly masquerade?: boolean | undefined;
  readonly migrate?: boolean | undefined;
  /** The DNS servers to query through the exit, possibly none; undefined: the controller is not an exit. */
  readonly exitDns?: readonly string[] | undefined;
}

/**
 * The network with one more controller; the first becomes the default.
 * @throws HomingError `bad-name`, `bad-key`, `bad-port`, `bad-endpoint`, `bad-route`, `bad-ipv4`, `no-ipv4-range`,
 * `ipv4-range-full`, `duplicate-name`, `duplicate-key`, `name-collision`
 */
export function addController(file: NetworkFile, controller: NewController): NetworkFile {
  const name = parseMemberName(controller.name, 'the name of the controller');
  const port = parsePort(controller.port ?? defaultPort);
  const added: AuthoredController = {
    name,
    ipv4: ipv4For(file, controller.ipv4),
    aliases: parseAliases(controller.aliases ?? []),
    publicKey: parsePublicKey(controller.publicKey, 'the public key'),
    port,
    endpoints: {
      private: parseEndpoints(controller.privateEndpoints ?? [], port, 'the private endpoint'),
      public: parseEndpoints(controller.publicEndpoints ?? [], port, 'the public endpoint'),
    },
    routes: parseRoutes(controller.routes ?? []),
    masquerade: controller.masquerade === false ? false : undefined,
    migrate: controller.migrate === false ? false : undefined,
    exit: controller.exitDns === undefined ? undefined : { dns: parseServers(controller.exitDns) },
  };
  const next = changed(file, {
    controllers: [...file.controllers, added],
    defaultController: file.defaultController ?? name,
  });
  refuseUnreachableRoutes(next, added);
  return next;
}

/** In a network without IPv4 addresses, an IPv4 range behind a controller, or all of IPv4, would lose its packets. */
export function refuseUnreachableRoutes(file: NetworkFile, controller: AuthoredController): void {
  if (controller.exit !== undefined && file.ipv4 === undefined) {
    throw noIpv4Range(file.name, `the exit through "${controller.name}"`);
  }
  const route = controller.routes.find((range) => !range.includes(':'));
  if (route !== undefined && file.ipv4 === undefined) {
    throw noIpv4Range(file.name, `the route ${route} behind "${controller.name}"`);
  }
}
