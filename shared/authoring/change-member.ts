import { HomingError, shown } from '../errors/problem.ts';
import { parsePublicKey } from '../keys/wireguard-key.ts';
import { parseMemberName } from '../names/member-name.ts';
import { refuseUnreachableRoutes } from './add-controller.ts';
import {
  ipv4For,
  parseAliases,
  parseEndpoints,
  parsePort,
  parseRoutes,
  parseServers,
} from './member-values.ts';
import { type AuthoredController, type AuthoredPeer, changed, type NetworkFile } from './network-file.ts';

/** A member of a network, with its kind. */
export type Member =
  | ({ readonly kind: 'controller' } & AuthoredController)
  | ({ readonly kind: 'peer' } & AuthoredPeer);

/** @throws HomingError `unknown-member` */
export function memberOf(file: NetworkFile, name: string): Member {
  const controller = file.controllers.find((controller) => controller.name === name);
  if (controller !== undefined) return { kind: 'controller', ...controller };
  const peer = file.peers.find((peer) => peer.name === name);
  if (peer !== undefined) return { kind: 'peer', ...peer };
  const known = [...file.controllers, ...file.peers].map((member) => member.name);
  throw new HomingError({
    code: 'unknown-member',
    title: 'The network has no such machine',
    cause: `${shown(name)} is neither a controller nor a peer of "${file.name}".`,
    remedy: known.length === 0 ? 'It has none yet.' : `It has ${shortList(known)}.`,
  });
}

const listedNames = 12;

function shortList(names: readonly string[]): string {
  const more = names.length - listedNames;
  return `${names.slice(0, listedNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The member of a name, if it is of the expected kind. @throws HomingError `unknown-member`, `other-kind-of-member` */
export function memberOfKind<K extends Member['kind']>(
  file: NetworkFile,
  name: string,
  kind: K,
  remedy: string,
): Extract<Member, { kind: K }> {
  const member = memberOf(file, name);
  const isKind = (member: Member): member is Extract<Member, { kind: K }> => member.kind === kind;
  if (isKind(member)) return member;
  throw new HomingError({
    code: 'other-kind-of-member',
    title: `This is no ${kind}`,
    cause: `"${name}" is a ${member.kind} of "${file.name}".`,
    remedy,
  });
}

/** The network without one peer. @throws HomingError `unknown-member`, `other-kind-of-member` */
export function removePeer(file: NetworkFile, name: string): NetworkFile {
  memberOfKind(file, name, 'peer', `Run \`homing network remove-controller ${name}\` if you mean it.`);
  return changed(file, { peers: file.peers.filter((peer) => peer.name !== name) });
}

/**
 * The network without one controller. Peers designated to it lose their designation, and the first remaining controller
 * becomes the default if this was it.
 * @throws HomingError `unknown-member`, `other-kind-of-member`
 */
export function removeController(file: NetworkFile, name: string): NetworkFile {
  memberOfKind(file, name, 'controller', `Run \`homing network remove-peer ${name}\` if you mean it.`);
  const controllers = file.controllers.filter((controller) => controller.name !== name);
  return changed(file, {
    controllers,
    defaultController:
      file.defaultController === name ? (controllers[0]?.name ?? null) : file.defaultController,
    peers: file.peers.map((peer) =>
      peer.defaultController === name ? { ...peer, defaultController: null } : peer,
    ),
  });
}

/**
 * The network with one member renamed. Its IPv6 addresses are derived from the name and change; its IPv4 address and
 * its keys stay.
 * @throws HomingError `unknown-member`, `bad-name`, `duplicate-name`, `name-collision`
 */
export function renameMember(file: NetworkFile, from: string, to: string): NetworkFile {
  memberOf(file, from);
  const name = parseMemberName(to, 'the new name');
  const renamed = <M extends { readonly name: string }>(member: M) =>
    member.name === from ? { ...member, name } : member;
  const designation = <N extends string | null>(controller: N) => (controller === from ? name : controller);
  return changed(file, {
    controllers: file.controllers.map(renamed),
    peers: file.peers
      .map(renamed)
      .map((peer) => ({ ...peer, defaultController: designation(peer.defaultController) })),
    defaultController: designation(file.defaultController),
  });
}

/** Given values replace existing ones; omitted values stay. */
export interface EndpointChange {
  readonly port?: number | undefined;
  readonly privateEndpoints?: readonly string[] | undefined;
  readonly publicEndpoints?: readonly string[] | undefined;
}

/**
 * The network with other endpoints of a controller, or another private endpoint of a peer.
 * @throws HomingError `unknown-member`, `bad-endpoint`, `bad-port`, `endpoint-of-peer`
 */
export function setEndpoints(file: NetworkFile, name: string, change: EndpointChange): NetworkFile {
  const member = memberOf(file, name);
  if (member.kind === 'peer') return setPeerEndpoint(file, member, change);
  const port = parsePort(change.port ?? member.port);
  const replaced = (
    texts: readonly string[] | undefined,
    before: typeof member.endpoints.private,
    field: string,
  ) => (texts === undefined ? before : parseEndpoints(texts, port, field));
  return withController(file, {
    ...member,
    port,
    endpoints: {
      private: replaced(change.privateEndpoints, member.endpoints.private, 'the private endpoint'),
      public: replaced(change.publicEndpoints, member.endpoints.public, 'the public endpoint'),
    },
  });
}

function setPeerEndpoint(file: NetworkFile, peer: AuthoredPeer, change: EndpointChange): NetworkFile {
  const [first, second] = change.privateEndpoints ?? [];
  if (change.publicEndpoints !== undefined || change.port !== undefined || second !== undefined) {
    throw new HomingError({
      code: 'endpoint-of-peer',
      title: 'A peer has at most one endpoint, a private one',
      cause: `"${peer.name}" is a peer; a machine with a public endpoint is a controller.`,
      remedy: `Give one --private-endpoint ADDRESS:PORT, or remove "${peer.name}" and add it as a controller.`,
    });
  }
  if (change.privateEndpoints === undefined) return file;
  const [privateEndpoint] =
    first === undefined ? [] : parseEndpoints([first], Number.NaN, 'the private endpoint');
  return withPeer(file, { ...peer, privateEndpoint });
}

/** Other properties of a member; omitted values stay, and an empty list clears. */
export interface MemberChange {
  readonly ipv4?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** The following apply to controllers only. */
  readonly publicKey?: string | undefined;
  readonly routes?: readonly string[] | undefined;
  readonly masquerade?: boolean | undefined;
  readonly migrate?: boolean | undefined;
  readonly exit?: boolean | undefined;
  /** Of an exit: the DNS servers to query through it. */
  readonly exitDns?: readonly string[] | undefined;
  /** Of a peer; null clears. */
  readonly defaultController?: string | null | undefined;
}

/**
 * The network with changed properties of one member.
 * @throws HomingError `unknown-member`, `other-kind-of-member`, `bad-ipv4`, `no-ipv4-range`, `bad-name`, `bad-route`,
 * `duplicate-name`, `unknown-controller`
 */
export function setMember(file: NetworkFile, name: string, change: MemberChange): NetworkFile {
  const { ipv4, aliases, defaultController, ...ofController } = change;
  const member = memberOf(file, name);
  const facts = {
    ipv4: ipv4 === undefined ? member.ipv4 : ipv4For(file, ipv4),
    aliases: aliases === undefined ? member.aliases : parseAliases(aliases),
  };
  if (member.kind === 'peer') {
    if (Object.values(ofController).some((value) => value !== undefined)) {
      memberOfKind(
        file,
        name,
        'controller',
        'Only a controller has routes, masquerading, migration and an exit.',
      );
    }
    return withPeer(file, {
      ...member,
      ...facts,
      defaultController: designation(file, member, defaultController),
    });
  }
  if (defaultController !== undefined) {
    memberOfKind(file, name, 'peer', 'Only a peer has a default controller of its own.');
  }
  const off = (value: boolean | undefined, before: false | undefined) =>
    value === undefined ? before : value ? undefined : false;
  const next = {
    ...member,
    ...facts,
    publicKey:
      ofController.publicKey === undefined
        ? member.publicKey
        : parsePublicKey(ofController.publicKey, 'the public key'),
    routes: ofController.routes === undefined ? member.routes : parseRoutes(ofController.routes),
    masquerade: off(ofController.masquerade, member.masquerade),
    migrate: off(ofController.migrate, member.migrate),
    exit: exitAfter(member, ofController),
  };
  const changedFile = withController(file, next);
  refuseUnreachableRoutes(changedFile, next);
  return changedFile;
}

/** DNS servers alone also make an exit: they mean nothing without one. */
function exitAfter(
  { exit: before }: AuthoredController,
  { exit, exitDns }: Pick<MemberChange, 'exit' | 'exitDns'>,
): AuthoredController['exit'] {
  const isExit = exit ?? (exitDns !== undefined || before !== undefined);
  return isExit ? { dns: exitDns === undefined ? (before?.dns ?? []) : parseServers(exitDns) } : undefined;
}

function designation(
  file: NetworkFile,
  peer: AuthoredPeer,
  given: string | null | undefined,
): AuthoredPeer['defaultController'] {
  if (given === undefined) return peer.defaultController;
  return given === null ? null : memberOfKind(file, given, 'controller', 'Name a controller.').name;
}

function withController(
  file: NetworkFile,
  next: AuthoredController & { readonly kind?: 'controller' },
): NetworkFile {
  const { kind: _kind, ...controller } = next;
  return changed(file, {
    controllers: file.controllers.map((before) => (before.name === controller.name ? controller : before)),
  });
}

function withPeer(file: NetworkFile, next: AuthoredPeer & { readonly kind?: 'peer' }): NetworkFile {
  const { kind: _kind, ...peer } = next;
  return changed(file, { peers: file.peers.map((before) => (before.name === peer.name ? peer : before)) });
}
