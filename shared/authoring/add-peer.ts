import { parseEndpoint } from '../endpoints/endpoint.ts';
import { HomingError } from '../errors/problem.ts';
import { type MemberName, parseMemberName } from '../names/member-name.ts';
import type { JoinCard } from './join-card.ts';
import { ipv4For, parseAliases } from './member-values.ts';
import { unknownController } from './members.ts';
import { type AuthoredPeer, changed, type NetworkFile } from './network-file.ts';

/** A peer as the admin enters it, with or without its join card. Omitted values stay unchanged. */
export interface NewPeer {
  readonly name: string;
  readonly card?: JoinCard | undefined;
  readonly defaultController?: string | undefined;
  /** By default the next free address of the network's range. */
  readonly ipv4?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** `ip:port`, with its port. */
  readonly privateEndpoint?: string | undefined;
}

/** `unchanged`: the card's keys were already there, and the serial stays. */
export type PeerChange = 'added' | 'keys-added' | 'keys-replaced' | 'updated' | 'unchanged';

/**
 * The network with another peer, or with changes of an existing peer.
 * @throws HomingError `bad-name`, `bad-endpoint`, `bad-ipv4`, `no-ipv4-range`, `ipv4-range-full`, `duplicate-name`,
 *   `duplicate-key`, `name-collision`, `unknown-controller`, `join-card-other-network`, `join-card-other-peer`
 */
export function addPeer(
  file: NetworkFile,
  peer: NewPeer,
): { readonly file: NetworkFile; readonly change: PeerChange } {
  const name = parseMemberName(peer.name, 'the name of the peer');
  if (peer.card !== undefined) refuseForeignCard(file, name, peer.card);
  const existing = file.peers.find((other) => other.name === name);
  const { name: _name, ...given } = peer;
  if (existing !== undefined && Object.values(given).every((value) => value === undefined)) {
    throw new HomingError({
      code: 'duplicate-name',
      title: 'The network already has this peer',
      cause: `"${name}" is a peer of "${file.name}".`,
      remedy: `Give its join card with --card, or make its invite with \`homing network invite ${name}\`.`,
    });
  }
  const next: AuthoredPeer = {
    name,
    ipv4: peer.ipv4 === undefined && existing !== undefined ? existing.ipv4 : ipv4For(file, peer.ipv4),
    aliases: peer.aliases === undefined ? existing?.aliases : parseAliases(peer.aliases),
    publicKey: peer.card?.publicKey ?? existing?.publicKey ?? null,
    probePublicKey: peer.card?.probePublicKey ?? existing?.probePublicKey ?? null,
    defaultController:
      peer.defaultController === undefined
        ? (existing?.defaultController ?? null)
        : controllerOf(file, peer.defaultController),
    privateEndpoint:
      peer.privateEndpoint === undefined
        ? existing?.privateEndpoint
        : parseEndpoint(peer.privateEndpoint, 'the private endpoint'),
  };
  const change = changeOf(existing, next);
  if (change === 'unchanged') return { file, change };
  const others = file.peers.filter((other) => other !== existing);
  return { file: changed(file, { peers: [...others, next] }), change };
}

function controllerOf(file: NetworkFile, name: string): MemberName {
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
  const facts = ({ ipv4, aliases, defaultController, privateEndpoint }: AuthoredPeer) =>
    JSON.stringify([ipv4, aliases, defaultController, privateEndpoint]);
  return facts(existing) === facts(next) ? 'unchanged' : 'updated';
}

function refuseForeignCard(file: NetworkFile, name: MemberName, card: JoinCard): void {
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
      title: 'The join card is for another peer',
      cause: `Its peer is "${card.peer}", not "${name}".`,
      remedy: `Add it with \`homing network add-peer ${card.peer} --card ...\`.`,
    });
  }
}
