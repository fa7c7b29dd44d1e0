import { HomingError } from '../errors/problem.ts';
import { schemaProblem } from '../errors/schema-problem.ts';
import type { RefusedLine } from '../invite/describe.ts';
import { shortId } from '../invite/fingerprint.ts';
import { publicKeyOf } from '../keys/probe-key.ts';
import { keyBytes, type PrivateKey } from '../keys/wireguard-key.ts';
import { type Domain, domainRefusal, parseDomain } from '../names/domain.ts';
import { labelsFrom } from '../names/label-from.ts';
import { type MemberName, memberHostName, parseMemberName } from '../names/member-name.ts';
import { isExitRange } from '../plan/exit.ts';
import {
  defaultSettings,
  interfaceNameFor,
  type ProfileSettings,
  type WgQuickProfile,
  wgQuickProfileSchema,
} from '../profile/profile.ts';
import { dnsOfFile } from './dns.ts';
import { interfaceOf, interfaceSection, type ParsedInterface } from './interface-section.ts';
import { lineProblem, sectionsOf } from './lines.ts';
import { type NamedPeer, namesOfPeers, ownName } from './member-names.ts';
import { addressOfPeer, rangesOfPeers } from './peer-ranges.ts';
import { type ParsedPeer, parsePeerSection } from './peer-section.ts';

/** A parsed wg-quick file. Its key goes into the key store only. */
export interface WgQuickImport {
  readonly profile: WgQuickProfile;
  readonly privateKey: PrivateKey;
  /** Lines that Homing ignores, to be shown. */
  readonly refusedLines: readonly RefusedLine[];
}

/**
 * Parses a wg-quick(8) file.
 * @param text the file
 * @param fileName gives the network its name: `wgnet.conf` is `wgnet`
 * @throws HomingError `wg-quick-*`, `bad-key`, `bad-endpoint`, each with its line number
 */
export function parseWgQuick(text: string, fileName: string): WgQuickImport {
  const sections = sectionsOf(text);
  const section = interfaceSection(sections);
  const own = interfaceOf(section);
  const parsed = sections.filter(({ kind }) => kind === 'peer').map(parsePeerSection);
  refuseRepeatedKeys(parsed);
  const publicKey = publicKeyOf(own.privateKey);
  const peers = namesOfPeers(parsed.filter((peer) => peer.publicKey !== publicKey));
  const controllers = peers.filter(hasEndpoint);
  const [first] = controllers;
  if (first === undefined) throw noController();
  const { ranges, refusedLines } = rangesOfPeers(controllers, own.addresses);
  const { dns, refusedLines: dnsLines } = dnsOfFile(own.dnsSettings, [...ranges.values()].flat());
  const name = networkNameOf(fileName);
  const exit = controllers.find((peer) => ranges.get(peer)?.some(isExitRange));
  const profile = {
    version: 1,
    origin: 'wg-quick',
    // Its own key identifies a file; so a file with another [Peer] is an update, not a second network.
    id: shortId(keyBytes(publicKey)),
    ...networkNamed(name),
    // Importing a file with a default route is consent to it; the review shows it, and the settings can switch it off.
    settings: { ...settingsOf(own, controllers), ...(exit === undefined ? {} : { exit: exit.name }) },
    defaultController: first.name,
    ...(dns === undefined ? {} : { dns }),
    peer: { name: ownName(section), addresses: own.addresses },
    controllers: controllers.map((peer) => ({
      name: peer.name,
      ...described(peer),
      publicKey: peer.publicKey,
      endpoints: { private: peer.privateEndpoints, public: [peer.endpoint] },
      ...(peer.presharedKey === undefined ? {} : { presharedKey: peer.presharedKey }),
      allowedIps: ranges.get(peer) ?? [],
    })),
    machines: machinesOf(peers, own.addresses),
  };
  return {
    profile: checked(profile),
    privateKey: own.privateKey,
    refusedLines: [
      ...own.refusedLines,
      ...dnsLines,
      ...parsed.flatMap((peer) => peer.refusedLines),
      ...refusedLines,
      ...unreachablePeers(parsed, peers),
    ].sort((a, b) => a.line - b.line),
  };
}

function hasEndpoint<P extends ParsedPeer>(peer: P): peer is P & { readonly endpoint: string } {
  return peer.endpoint !== undefined;
}

function described({ description }: NamedPeer): { readonly description?: string } {
  return description === undefined ? {} : { description };
}

function machinesOf(peers: readonly NamedPeer[], own: readonly string[]): unknown[] {
  return peers.flatMap((peer) => {
    const address = addressOfPeer(peer, own);
    if (address === undefined || !(hasEndpoint(peer) || peer.named)) return [];
    const kind = hasEndpoint(peer) ? 'controller' : 'peer';
    return [{ name: peer.name, kind, ...described(peer), address }];
  });
}

function checked(profile: unknown): WgQuickProfile {
  const result = wgQuickProfileSchema.safeParse(profile);
  if (result.success) return result.data;
  throw schemaProblem(result.error, profile, {
    code: 'wg-quick-malformed',
    title: 'The WireGuard file cannot be imported',
    remedy: 'Correct the file and import it again.',
  });
}

function noController(): HomingError {
  return new HomingError({
    code: 'wg-quick-no-endpoint',
    title: 'The WireGuard file cannot be imported',
    cause: 'No [Peer] has an Endpoint, so there is nothing to connect to.',
    remedy: 'Give the file of this laptop, not that of the server.',
  });
}

function refuseRepeatedKeys(peers: readonly ParsedPeer[]): void {
  const lines = new Map<string, number>();
  for (const { publicKey, line } of peers) {
    const before = lines.get(publicKey);
    if (before !== undefined) {
      throw lineProblem(
        'wg-quick-duplicate-peer',
        line,
        `this [Peer] has the same PublicKey as the one on line ${before}.`,
        'Merge the two sections.',
      );
    }
    lines.set(publicKey, line);
  }
}

function unreachablePeers(parsed: readonly ParsedPeer[], peers: readonly NamedPeer[]): RefusedLine[] {
  const others = new Map(peers.map((peer) => [peer.publicKey, peer]));
  return parsed.flatMap(({ line, publicKey }): RefusedLine[] => {
    const peer = others.get(publicKey);
    if (peer === undefined) return [{ line, text: '[Peer]', reason: 'its key is that of this laptop' }];
    if (hasEndpoint(peer) || peer.named) return [];
    const reason = 'it has neither an Endpoint nor a name, so this laptop cannot reach it';
    return [{ line, text: '[Peer]', reason }];
  });
}

function settingsOf(own: ParsedInterface, controllers: readonly ParsedPeer[]): ProfileSettings {
  // One setting for all: the shortest interval; off only if it is off for all.
  const given = controllers.map((peer) => peer.keepaliveSeconds).filter((seconds) => seconds !== undefined);
  const shortest = given.filter((seconds) => seconds > 0).sort((a, b) => a - b)[0];
  const keepalive = shortest ?? (given.length === controllers.length ? 0 : undefined);
  return {
    ...defaultSettings,
    ...(own.listenPort === undefined ? {} : { listenPort: own.listenPort }),
    ...(own.mtu === undefined ? {} : { mtu: own.mtu }),
    ...(keepalive === undefined ? {} : { persistentKeepaliveSeconds: keepalive }),
  };
}

/** `~/Downloads/My wgnet.conf` is `my-wgnet`. */
function networkNameOf(fileName: string): MemberName {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const [label] = labelsFrom(base.replace(/\.(conf|txt|png|jpe?g)$/i, '').replaceAll('.', '-'));
  return parseMemberName(label ?? 'tunnel', 'the name of the network');
}

/** A network's name, and this laptop's values derived from it. */
export function networkNamed(name: MemberName): Pick<WgQuickProfile, 'interfaceName' | 'network'> {
  return { interfaceName: interfaceNameFor(name), network: { name, domain: domainFor(name) } };
}

/** A file called `dev.conf` must not create `nas.dev`, a public name: it gets `dev.internal` (reserved by ICANN). */
function domainFor(network: MemberName): Domain {
  const name = memberHostName(network);
  const domain = domainRefusal(name) === undefined ? name : `${name}.internal`;
  return parseDomain(domain, 'the domain of the network');
}
