import { canonicalJson } from '../text/canonical-json.ts';
import { networkContent, peerContent } from './invite-for.ts';
import type { NetworkFile } from './network-file.ts';
import { planController } from './render/controller-plan.ts';

/** What must be done outside the network file before a change takes effect. Names are sorted. */
export interface FollowUp {
  /** Controllers whose WireGuard configuration changed. */
  readonly render: readonly string[];
  /** Controllers for which only names of machines changed. */
  readonly renderNames: readonly string[];
  /** Controllers that were removed and still run. */
  readonly stop: readonly string[];
  /** Peers that have not joined yet and whose invite is new or changed. */
  readonly firstInvite: readonly string[];
  /** Joined peers whose tunnel changed, so that they need a new invite. */
  readonly invite: readonly string[];
  /** Joined peers for which only names of other machines changed. */
  readonly inviteNames: readonly string[];
  /** Renamed peers: their laptops would reject the invite as another machine's. */
  readonly renamed: readonly string[];
}

/** Compares every controller's configuration and every invite before and after a change. */
export function followUp(before: NetworkFile, after: NetworkFile): FollowUp {
  const planned = planChanges(before, after);
  const invited = inviteChanges(before, after);
  const named = (list: readonly { name: string; change: Change }[], change: Change) =>
    list.filter((entry) => entry.change === change).map(({ name }) => name);
  const joined = new Set<string>(
    after.peers.flatMap(({ name, publicKey }) => (publicKey === null ? [] : [name])),
  );
  const peersBefore = new Map(before.peers.map((peer) => [peer.name, peer]));
  const keysBefore = new Set(before.peers.flatMap(({ publicKey }) => publicKey ?? []));
  return {
    render: named(planned, 'whole'),
    renderNames: named(planned, 'names'),
    stop: before.controllers
      .filter(({ publicKey }) => !after.controllers.some((controller) => controller.publicKey === publicKey))
      .map(({ name }) => name),
    firstInvite: named(invited, 'whole').filter((name) => !joined.has(name)),
    invite: named(invited, 'whole').filter((name) => joined.has(name)),
    inviteNames: named(invited, 'names').filter((name) => joined.has(name)),
    renamed: after.peers
      .filter(
        ({ name, publicKey }) => !peersBefore.has(name) && publicKey !== null && keysBefore.has(publicKey),
      )
      .map(({ name }) => name),
  };
}

type Change = 'none' | 'names' | 'whole';

/**
 * The part derived from the peers is the same for every controller, except for private endpoints that only a controller
 * on the same LAN gets. So its inputs are compared once, and the rest by the plan itself: comparing whole plans took
 * most of a minute with hundreds of peers and dozens of controllers.
 */
function planChanges(before: NetworkFile, after: NetworkFile): { name: string; change: Change }[] {
  const [from, to] = [peerParts(before), peerParts(after)];
  return after.controllers.map(({ name }) => ({
    name,
    change: changeBetween(planFacts(before, name, from), planFacts(after, name, to)),
  }));
}

interface PeerParts {
  readonly tunnels: string;
  readonly endpoints: string;
  readonly names: string;
}

function peerParts(file: NetworkFile): PeerParts {
  const joined = file.peers.filter(({ publicKey }) => publicKey !== null);
  return {
    tunnels: canonicalJson([
      file.presharedKeys,
      file.controllers.map(({ name }) => name),
      joined.map(({ name, publicKey, probePublicKey, ipv4 }) => [name, publicKey, probePublicKey, ipv4]),
    ]),
    endpoints: canonicalJson(joined.map(({ privateEndpoint }) => privateEndpoint)),
    names: canonicalJson(
      [...file.controllers, ...file.peers].map((member) => [
        member.name,
        member.aliases,
        member.ipv4,
        'defaultController' in member ? member.defaultController : null,
      ]),
    ),
  };
}

function planFacts(file: NetworkFile, name: string, parts: PeerParts): Facts | undefined {
  const own = file.controllers.find((controller) => controller.name === name);
  if (own === undefined) return undefined;
  const {
    names: _names,
    withoutKeys: _withoutKeys,
    ...plan
  } = planController({ ...file, peers: [] }, name, undefined);
  const endpoints = own.endpoints.private.length > 0 ? parts.endpoints : '';
  return { names: [file.domain, parts.names], rest: [plan, parts.tunnels, endpoints] };
}

/** The common part of all invites is compared once, then each peer's own part. */
function inviteChanges(before: NetworkFile, after: NetworkFile): { name: string; change: Change }[] {
  const facts = (file: NetworkFile): Facts | undefined => {
    if (file.controllers.length === 0) return undefined;
    // Preshared keys follow from names and the signing key: only their presence can change.
    const { machines: names, ...rest } = networkContent(file);
    return { names, rest: { ...rest, presharedKeys: file.presharedKeys } };
  };
  if (after.controllers.length === 0) return [];
  const shared = changeBetween(facts(before), facts(after));
  const peersBefore = new Map(before.peers.map((peer) => [peer.name, peer]));
  return after.peers.map((peer) => {
    const was = peersBefore.get(peer.name);
    const isSame =
      was !== undefined &&
      before.controllers.length > 0 &&
      canonicalJson(peerContent(before, was)) === canonicalJson(peerContent(after, peer));
    return { name: peer.name, change: isSame ? shared : 'whole' };
  });
}

interface Facts {
  readonly names: unknown;
  readonly rest: unknown;
}

function changeBetween(before: Facts | undefined, after: Facts | undefined): Change {
  if (before === undefined || after === undefined) return 'whole';
  if (canonicalJson(before.rest) !== canonicalJson(after.rest)) return 'whole';
  return canonicalJson(before.names) === canonicalJson(after.names) ? 'none' : 'names';
}
