import { HomingError } from '../errors/problem.ts';
import { schemaProblem } from '../errors/schema-problem.ts';
import type { RefusedLine } from '../invite/describe.ts';
import { shortId } from '../invite/fingerprint.ts';
import { publicKeyOf } from '../keys/probe-key.ts';
import { keyBytes, type PrivateKey, parsePrivateKey } from '../keys/wireguard-key.ts';
import { domainRefusal } from '../names/domain.ts';
import { isHostLabel } from '../names/host-label.ts';
import {
  defaultSettings,
  interfaceNameFor,
  type ProfileSettings,
  type WgQuickProfile,
  wgQuickProfileSchema,
} from '../profile/profile.ts';
import { lineProblem, type Setting, sectionsOf, unknownKey, type WgQuickSection } from './lines.ts';
import { namesOfPeers, ownName } from './member-names.ts';
import { type ParsedPeer, peerOf } from './peer-section.ts';
import { addressesIn, atLine, numberIn } from './values.ts';

/** A wg-quick file as Homing takes it. The key is the file's own and goes into the key store, nowhere else. */
export interface WgQuickImport {
  readonly profile: WgQuickProfile;
  readonly privateKey: PrivateKey;
  /** Lines that Homing does not carry out, for the person to see. */
  readonly refusedLines: readonly RefusedLine[];
}

const command = 'it would run a command as root; Homing runs no command of a file';
const reasonOfRefusedKey: Readonly<Record<string, string>> = {
  preup: command,
  postup: command,
  predown: command,
  postdown: command,
  saveconfig: 'Homing never rewrites the file',
  table: 'Homing sets its own routes',
  dns: 'Homing leaves DNS alone; names come from the hosts file',
  fwmark: 'Homing marks no packets',
};

/** IPv6 needs 1280 (RFC 8200 section 5). */
const mtuMin = 1280;
const mtuMax = 9000;

interface ParsedInterface {
  readonly privateKey: PrivateKey;
  readonly addresses: readonly string[];
  readonly listenPort: number | undefined;
  readonly mtu: number | undefined;
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
  const own = interfaceOf(sections);
  const parsed = sections.filter(({ kind }) => kind === 'peer').map(peerOf);
  refuseRepeats(parsed);
  const peers = namesOfPeers(parsed);
  const controllers = peers.filter((peer) => peer.endpoint !== undefined);
  const [first] = controllers;
  if (first === undefined) throw noController();
  const network = networkNameOf(fileName);
  const profile = {
    version: 1,
    origin: 'wg-quick',
    // Its own key tells one file from another; so a file with one more [Peer] is an update, not a second network.
    id: shortId(keyBytes(publicKeyOf(own.privateKey))),
    interfaceName: interfaceNameFor(network),
    network: { name: network, domain: domainFor(network) },
    settings: settingsOf(own, controllers),
    defaultController: first.name,
    peer: { name: ownName(sections), addresses: own.addresses },
    controllers: controllers.map((peer) => ({
      name: peer.name,
      publicKey: peer.publicKey,
      endpoints: {
        private: peer.privateEndpoints,
        public: peer.endpoint === undefined ? [] : [peer.endpoint],
      },
      ...(peer.presharedKey === undefined ? {} : { presharedKey: peer.presharedKey }),
      allowedIps: peer.allowedIps.map(({ range }) => range),
    })),
    machines: peers.flatMap((peer) => {
      const address = peer.allowedIps.find(({ single }) => single !== undefined)?.single;
      if (address === undefined || (peer.endpoint === undefined && !peer.named)) return [];
      return [{ name: peer.name, kind: peer.endpoint === undefined ? 'peer' : 'controller', address }];
    }),
  };
  return {
    profile: checked(profile),
    privateKey: own.privateKey,
    refusedLines: [...own.refusedLines, ...unreachablePeers(peers)].sort((a, b) => a.line - b.line),
  };
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

function interfaceOf(sections: readonly WgQuickSection[]): ParsedInterface {
  const [section, second] = sections.filter(({ kind }) => kind === 'interface');
  if (section === undefined) {
    throw new HomingError({
      code: 'wg-quick-syntax',
      title: 'The WireGuard file cannot be imported',
      cause: 'It has no [Interface] section.',
      remedy: 'Give the file of this laptop, which begins with [Interface].',
    });
  }
  if (second !== undefined) {
    throw lineProblem(
      'wg-quick-syntax',
      second.line,
      'this is a second [Interface].',
      'Leave one of them out.',
    );
  }
  const refusedLines: RefusedLine[] = [];
  const addresses: string[] = [];
  const once = new Map<string, Setting>();
  for (const setting of section.settings) {
    const key = setting.key.toLowerCase();
    const reason = reasonOfRefusedKey[key];
    if (reason !== undefined) {
      refusedLines.push({ line: setting.line, text: `${setting.key} = ${setting.value}`, reason });
    } else if (key === 'address') addresses.push(...addressesIn(setting));
    else if (['privatekey', 'listenport', 'mtu'].includes(key)) once.set(key, setting);
    else throw unknownKey(setting, '[Interface]');
  }
  return { ...interfaceValues(once, section), addresses: nonEmpty(addresses, section), refusedLines };
}

function interfaceValues(settings: ReadonlyMap<string, Setting>, section: WgQuickSection) {
  const key = settings.get('privatekey');
  if (key === undefined) {
    throw lineProblem(
      'wg-quick-no-key',
      section.line,
      '[Interface] has no PrivateKey.',
      'Give the file with the key in it; Homing moves it to a file only you can read.',
    );
  }
  const port = settings.get('listenport');
  const mtu = settings.get('mtu');
  return {
    privateKey: atLine(key.line, () => parsePrivateKey(key.value, 'PrivateKey')),
    // wg(8): port 0 is one that the system picks.
    listenPort: port === undefined ? undefined : numberIn(port, 0, 65_535) || undefined,
    mtu: mtu === undefined ? undefined : numberIn(mtu, mtuMin, mtuMax),
  };
}

function nonEmpty(addresses: readonly string[], section: WgQuickSection): readonly string[] {
  if (addresses.length > 0) return addresses;
  throw lineProblem(
    'wg-quick-no-address',
    section.line,
    '[Interface] has no Address.',
    'Add the address of this laptop in the network, for example Address = 10.42.1.2/16.',
  );
}

function noController(): HomingError {
  return new HomingError({
    code: 'wg-quick-no-endpoint',
    title: 'The WireGuard file cannot be imported',
    cause: 'No [Peer] has an Endpoint, so there is nobody to connect to.',
    remedy: 'Give the file of this laptop, not that of the server.',
  });
}

function refuseRepeats(peers: readonly ParsedPeer[]): void {
  const keys = new Map<string, number>();
  const ranges = new Map<string, number>();
  for (const peer of peers) {
    const before = keys.get(peer.publicKey);
    if (before !== undefined) {
      throw lineProblem(
        'wg-quick-duplicate-peer',
        peer.line,
        `this [Peer] has the same PublicKey as the one on line ${before}.`,
        'Join the two sections to one.',
      );
    }
    keys.set(peer.publicKey, peer.line);
    for (const { range } of peer.allowedIps) {
      const other = ranges.get(range);
      if (other !== undefined && other !== peer.line) {
        throw lineProblem(
          'wg-quick-duplicate-range',
          peer.line,
          `this [Peer] has ${range} in AllowedIPs, as the one on line ${other} has.`,
          'Keep the range at one of the two; WireGuard would give it to the last only.',
        );
      }
      ranges.set(range, peer.line);
    }
  }
}

function unreachablePeers(peers: readonly (ParsedPeer & { named: boolean })[]): RefusedLine[] {
  return peers
    .filter((peer) => peer.endpoint === undefined && !peer.named)
    .map((peer) => ({
      line: peer.line,
      text: '[Peer]',
      reason: 'it has neither an Endpoint nor a name, so this laptop cannot reach it',
    }));
}

function settingsOf(own: ParsedInterface, controllers: readonly ParsedPeer[]): ProfileSettings {
  // One setting for all: the shortest that was asked for, and off only when it was turned off everywhere.
  const asked = controllers.map((peer) => peer.keepaliveSeconds).filter((seconds) => seconds !== undefined);
  const shortest = asked.filter((seconds) => seconds > 0).sort((a, b) => a - b)[0];
  const keepalive = shortest ?? (asked.length === controllers.length ? 0 : undefined);
  return {
    ...defaultSettings,
    ...(own.listenPort === undefined ? {} : { listenPort: own.listenPort }),
    ...(own.mtu === undefined ? {} : { mtu: own.mtu }),
    ...(keepalive === undefined ? {} : { persistentKeepaliveSeconds: keepalive }),
  };
}

/** `~/Downloads/My wgnet.conf` is `my-wgnet`. */
function networkNameOf(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const name = base
    .replace(/\.conf$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40)
    .replace(/^[-_]+|[-_]+$/g, '');
  return isHostLabel(name) ? name : 'tunnel';
}

/** A file called `dev.conf` may not make `nas.dev`, a public name: it gets `dev.internal` (reserved by ICANN). */
function domainFor(network: string): string {
  return domainRefusal(network) === undefined ? network : `${network}.internal`;
}
