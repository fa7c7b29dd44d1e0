import ipaddr from 'ipaddr.js';
import { rangeSchema } from '../addresses/range-schema.ts';
import { parseEndpoint } from '../endpoints/endpoint.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { parsePublicKey } from '../keys/wireguard-key.ts';
import { parseHostLabel } from '../names/host-label.ts';
import type { JoinCard } from './join-card.ts';
import { unknownController } from './members.ts';
import { type AuthoredPeer, changed, defaultPort, type NetworkFile } from './network-file.ts';

/** A controller as its author writes it. */
export interface NewController {
  readonly name: string;
  readonly publicKey: string;
  /** 1 to 65535; WireGuard's 51820 when left out. */
  readonly port?: number | undefined;
  /** `ip`, `ip:port`, `[ipv6]:port` or `host:port`; without a port the controller's. */
  readonly privateEndpoints?: readonly string[] | undefined;
  readonly publicEndpoints?: readonly string[] | undefined;
  readonly routes?: readonly string[] | undefined;
}

/**
 * The network with one more controller; the first becomes the default.
 * @throws HomingError `bad-name`, `bad-key`, `bad-port`, `bad-endpoint`, `bad-route`, `duplicate-name`,
 * `duplicate-key`, `name-collision`
 */
export function addController(file: NetworkFile, controller: NewController): NetworkFile {
  const name = parseHostLabel(controller.name, 'the name of the controller');
  const port = portOf(controller.port ?? defaultPort);
  const endpoints = (texts: readonly string[] | undefined, field: string) => [
    ...new Set((texts ?? []).map((text) => parseEndpoint(withPort(text, port), field))),
  ];
  const added = {
    name,
    publicKey: parsePublicKey(controller.publicKey, 'the public key'),
    port,
    endpoints: {
      private: endpoints(controller.privateEndpoints, 'the private endpoint'),
      public: endpoints(controller.publicEndpoints, 'the public endpoint'),
    },
    routes: [...new Set((controller.routes ?? []).map(routeOf))],
  };
  return changed(file, {
    controllers: [...file.controllers, added],
    defaultController: file.defaultController ?? name,
  });
}

function portOf(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new HomingError({
    code: 'bad-port',
    title: 'A port cannot be used',
    cause: `The port is ${shown(port)}.`,
    remedy: 'Give a number from 1 to 65535.',
  });
}

function withPort(text: string, port: number): string {
  if (ipaddr.IPv6.isValid(text)) return `[${text}]:${port}`;
  return /^\[[^\]]*\]$/.test(text) || !text.includes(':') ? `${text}:${port}` : text;
}

function routeOf(text: string): string {
  const parsed = rangeSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new HomingError({
    code: 'bad-route',
    title: 'A route cannot be used',
    cause: `The route is ${shown(text)}: not a range with no host bits set.`,
    remedy: 'Write it like 192.0.2.0/24 or 2001:db8:1::/64.',
  });
}

/** A peer as its author writes it: with the card it sent back, or before. */
export interface NewPeer {
  readonly name: string;
  readonly card?: JoinCard | undefined;
  readonly defaultController?: string | undefined;
}

/** `unchanged`: the card's keys were there already, and the serial stays. */
export type PeerChange = 'added' | 'keys-added' | 'keys-replaced' | 'updated' | 'unchanged';

/**
 * The network with one more peer, or with the keys that a peer's join card brings.
 * @throws HomingError `bad-name`, `duplicate-name`, `duplicate-key`, `name-collision`, `unknown-controller`,
 * `join-card-other-network`, `join-card-other-peer`
 */
export function addPeer(
  file: NetworkFile,
  peer: NewPeer,
): { readonly file: NetworkFile; readonly change: PeerChange } {
  const name = parseHostLabel(peer.name, 'the name of the peer');
  if (peer.card !== undefined) refuseForeignCard(file, name, peer.card);
  const existing = file.peers.find((other) => other.name === name);
  if (existing !== undefined && peer.card === undefined && peer.defaultController === undefined) {
    throw new HomingError({
      code: 'duplicate-name',
      title: 'The network already has this peer',
      cause: `"${name}" is a peer of "${file.name}".`,
      remedy: `Give its join card with --card, or make its invite with \`homing network invite ${name}\`.`,
    });
  }
  const next: AuthoredPeer = {
    name,
    publicKey: peer.card?.publicKey ?? existing?.publicKey ?? null,
    probePublicKey: peer.card?.probePublicKey ?? existing?.probePublicKey ?? null,
    defaultController:
      peer.defaultController === undefined
        ? (existing?.defaultController ?? null)
        : controllerOf(file, peer.defaultController),
  };
  const change = changeOf(existing, next);
  if (change === 'unchanged') return { file, change };
  const others = file.peers.filter((other) => other !== existing);
  return { file: changed(file, { peers: [...others, next] }), change };
}

function controllerOf(file: NetworkFile, name: string) {
  const found = file.controllers.find((controller) => controller.name === name);
  if (found !== undefined) return found.name;
  const known = file.controllers.map((controller) => controller.name);
  throw unknownController('the default controller', name, known);
}

function changeOf(existing: AuthoredPeer | undefined, next: AuthoredPeer): PeerChange {
  if (existing === undefined) return 'added';
  if (existing.publicKey !== next.publicKey || existing.probePublicKey !== next.probePublicKey) {
    return existing.publicKey === null ? 'keys-added' : 'keys-replaced';
  }
  return existing.defaultController === next.defaultController ? 'unchanged' : 'updated';
}

function refuseForeignCard(file: NetworkFile, name: string, card: JoinCard): void {
  if (card.network !== file.name) {
    throw new HomingError({
      code: 'join-card-other-network',
      title: 'The join card is for another network',
      cause: `Its network is "${card.network}"; this file is that of "${file.name}".`,
      remedy: 'Give the right file with --file, or ask for the card of this network.',
    });
  }
  if (card.peer !== name) {
    throw new HomingError({
      code: 'join-card-other-peer',
      title: 'The join card is that of another peer',
      cause: `Its peer is "${card.peer}", not "${name}".`,
      remedy: `Add it with \`homing network add-peer ${card.peer} --card ...\`.`,
    });
  }
}
