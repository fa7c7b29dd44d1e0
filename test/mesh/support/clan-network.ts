import { peerSuffix, planAddresses, suffixText } from '../../../shared/addresses/plan.ts';
import type { WireGuardKeys } from '../../lab/wireguard-host.ts';

/**
 * The machines of a Clan network as its published service configures them
 * (https://docs.clan.lol, service "wireguard"), written as wg-quick files since the lab runs no NixOS: a controller has
 * `::1/40` and lets each peer's /96 of every subnet in, with a keepalive towards peers; a peer has a /56 address in every
 * subnet. Nobody has a probe key.
 */
export interface ClanMember {
  readonly name: string;
  readonly publicKey: string;
}

export interface ClanController extends ClanMember {
  /** `ip:port`. */
  readonly endpoint: string;
}

export interface ClanMesh {
  readonly network: string;
  readonly domain: string;
  readonly controllers: readonly ClanController[];
  readonly peers: readonly (ClanMember & { readonly designated: string })[];
}

const keepalive = 'PersistentKeepalive = 25';

function prefixOf(mesh: ClanMesh, controller: string): string {
  return planAddresses(mesh.network, controller).subnet.replace(/::\/56$/, '');
}

function section(lines: readonly string[]): string {
  return ['[Peer]', ...lines, keepalive, ''].join('\n');
}

export function clanControllerConfig(mesh: ClanMesh, own: ClanController): string {
  const others = mesh.controllers.filter(({ name }) => name !== own.name);
  return [
    `[Interface]\nAddress = ${prefixOf(mesh, own.name)}::1/40\nListenPort = ${own.endpoint.split(':').at(-1)}`,
    'PostUp = wg set %i private-key /etc/wireguard/%i.key\nPostUp = sysctl -q -w net.ipv6.conf.all.forwarding=1\n',
    ...others.map((other) =>
      section([
        `PublicKey = ${other.publicKey}`,
        `AllowedIPs = ${prefixOf(mesh, other.name)}::/56`,
        `Endpoint = ${other.endpoint}`,
      ]),
    ),
    ...mesh.peers.map((peer) => {
      const ranges = mesh.controllers.map(
        ({ name }) => `${prefixOf(mesh, name)}:${suffixText(peerSuffix(peer.name))}/96`,
      );
      return section([`PublicKey = ${peer.publicKey}`, `AllowedIPs = ${ranges.join(', ')}`]);
    }),
  ].join('\n');
}

export function clanPeerConfig(mesh: ClanMesh, name: string): string {
  const addresses = mesh.controllers.map(
    (controller) => `${prefixOf(mesh, controller.name)}:${suffixText(peerSuffix(name))}/56`,
  );
  return [
    `[Interface]\nAddress = ${addresses.join(', ')}\nPostUp = wg set %i private-key /etc/wireguard/%i.key\n`,
    ...mesh.controllers.map((controller) =>
      section([
        `PublicKey = ${controller.publicKey}`,
        `AllowedIPs = ${prefixOf(mesh, controller.name)}::/56`,
        `Endpoint = ${controller.endpoint}`,
      ]),
    ),
  ].join('\n');
}

/** The lines that every machine of the Clan has in its hosts file. */
export function clanHosts(mesh: ClanMesh): string {
  return [
    ...mesh.controllers.map(({ name }) => `${prefixOf(mesh, name)}::1 ${name}.${mesh.domain}`),
    ...mesh.peers.map(
      ({ name, designated }) =>
        `${prefixOf(mesh, designated)}:${suffixText(peerSuffix(name))} ${name}.${mesh.domain}`,
    ),
    '',
  ].join('\n');
}

/** A machine and its keys, for the export. */
export function publicKeysOf(
  keys: ReadonlyMap<string, WireGuardKeys>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, keys.get(name)?.publicKey ?? '']));
}
