import * as z from 'zod';
import { rangeSchema } from '../addresses/range-schema.ts';
import { endpointSchema } from '../endpoints/endpoint-schema.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { exitSchema, mtuSchema, portSchema } from '../invite/facts.ts';
import { isNetworkKey, type NetworkKey, parseNetworkKey } from '../invite/network-key.ts';
import { payloadProblem } from '../invite/payload-problem.ts';
import { publicKeySchema } from '../keys/key-schemas.ts';
import { parseDomain } from '../names/domain.ts';
import { memberHostName, parseMemberName } from '../names/member-name.ts';
import { domainSchema, hostLabelSchema, memberNameSchema } from '../names/name-schemas.ts';
import { contentDigest } from './content-digest.ts';
import { refuseBadMembers } from './members.ts';

/**
 * The file that describes a network to its admin: `<name>.network.json`. It holds no secret, so it may be kept in
 * version control; entries are sorted, one value per line, so that a change is a small diff.
 */

const networkFileVersion = 3;

/** WireGuard's usual port. */
export const defaultPort = 51_820;

/** The properties that controllers and peers share. Omitted if a member has none. */
const memberFacts = {
  /** Assigned once; Homing never changes it. */
  ipv4: z.ipv4().optional(),
  /** Additional host names. */
  aliases: z.array(hostLabelSchema).max(16).optional(),
};

const controllerSchema = z.strictObject({
  name: memberNameSchema,
  ...memberFacts,
  publicKey: publicKeySchema,
  port: portSchema,
  endpoints: z.strictObject({
    private: z.array(endpointSchema).max(64),
    public: z.array(endpointSchema).max(64),
  }),
  /** Ranges behind the controller that members may reach through it. */
  routes: z.array(rangeSchema).max(64),
  /** False: the hosts behind it have a route to the members, so members' addresses are not masqueraded. */
  masquerade: z.literal(false).optional(),
  /** False: laptops use only its public endpoints, even on its LAN. */
  migrate: z.literal(false).optional(),
  /** Whether members can send all traffic through it. */
  exit: exitSchema.optional(),
});

const peerSchema = z.strictObject({
  name: memberNameSchema,
  ...memberFacts,
  /** Null until the peer has returned its join card. */
  publicKey: publicKeySchema.nullable(),
  probePublicKey: publicKeySchema.nullable(),
  /**
   * The controller in whose subnet its name resolves, for every member including itself. Null: each reader's default.
   */
  defaultController: memberNameSchema.nullable(),
  /** Where controllers on its LAN can reach it; its port is then fixed. */
  privateEndpoint: endpointSchema.optional(),
});

export const networkFileSchema = z.strictObject({
  version: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  name: memberNameSchema,
  domain: domainSchema,
  publicKey: z
    .string()
    .refine(isNetworkKey, 'not 32 bytes in base64url')
    .transform((text) => text as NetworkKey),
  serial: z.int().min(1),
  /** A digest of the content with this serial, to detect edits by hand; absent in version 1. */
  digest: z.string().max(64).optional(),
  defaultController: memberNameSchema.nullable(),
  mtu: mtuSchema.optional(),
  /**
   * The private range from which every member has an IPv4 address. The default controller carries traffic between
   * peers.
   */
  ipv4: z.string().max(50).optional(),
  presharedKeys: z.boolean(),
  controllers: z.array(controllerSchema).max(4096),
  peers: z.array(peerSchema).max(65_536),
});

export type NetworkFile = z.infer<typeof networkFileSchema>;
export type AuthoredController = z.infer<typeof controllerSchema>;
export type AuthoredPeer = z.infer<typeof peerSchema>;

/** 4,096 controllers with 5,000 peers are 2.5 MiB. */
export const networkFileLimitBytes = 8 * 1024 * 1024;

/** A new network without members. @throws HomingError `bad-name`, `bad-domain`, `bad-ipv4`, `bad-mtu` */
export function createNetwork(of: {
  readonly name: string;
  readonly domain?: string | undefined;
  readonly publicKey: string;
  readonly presharedKeys: boolean;
  readonly ipv4?: string | undefined;
  readonly mtu?: number | undefined;
}): NetworkFile {
  const name = parseMemberName(of.name, 'name');
  const file: NetworkFile = {
    version: networkFileVersion,
    name,
    domain: parseDomain(of.domain ?? memberHostName(name), 'domain'),
    publicKey: parseNetworkKey(of.publicKey, 'publicKey'),
    serial: 1,
    defaultController: null,
    mtu: of.mtu === undefined ? undefined : parseMtu(of.mtu),
    ipv4: of.ipv4,
    presharedKeys: of.presharedKeys,
    controllers: [],
    peers: [],
  };
  refuseBadMembers(file);
  return withDigest(file);
}

/**
 * Reads a network file.
 * @throws HomingError `network-file-*`, `bad-*`, `name-collision`, `duplicate-name`, `duplicate-key`
 */
export function parseNetworkFile(text: string): NetworkFile {
  if (text.length > networkFileLimitBytes) {
    throw problem(
      'network-file-too-large',
      `It has ${text.length} characters, more than ${networkFileLimitBytes}.`,
    );
  }
  const value = jsonOf(text);
  const version = typeof value === 'object' && value !== null ? Reflect.get(value, 'version') : undefined;
  if (typeof version === 'number' && version > networkFileVersion) {
    throw new HomingError({
      code: 'network-file-unknown-version',
      title: 'The network file was made by a newer Homing',
      cause: `version is ${version}; this Homing reads version ${networkFileVersion}.`,
      remedy: 'Update Homing on this machine.',
    });
  }
  const parsed = networkFileSchema.safeParse(value);
  if (!parsed.success) {
    throw payloadProblem(parsed.error, value, {
      code: 'network-file-malformed',
      title: 'The network file cannot be read',
      remedy: 'Correct the field, or take the file from your version control.',
    });
  }
  refuseBadMembers(parsed.data);
  return sorted(parsed.data);
}

function problem(code: string, cause: string): HomingError {
  return new HomingError({
    code,
    title: 'The network file cannot be read',
    cause,
    remedy: 'Check that this is the right file, or take it from your version control.',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem('network-file-malformed', `It is not JSON; it begins with ${shown(text.slice(0, 24))}.`);
  }
}

/** By code unit, so that the order does not depend on the locale. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function sorted(file: NetworkFile): NetworkFile {
  return {
    ...file,
    controllers: file.controllers.toSorted(byName),
    peers: file.peers.toSorted(byName),
  };
}

/** The canonical text of a network file: indented by two spaces, entries sorted by name, fields in schema order. */
export function networkFileText(file: NetworkFile): string {
  return `${JSON.stringify(sorted(networkFileSchema.parse(file)), null, 2)}\n`;
}

/** The MTU inside the tunnel, in octets. @throws HomingError `bad-mtu` */
export function parseMtu(mtu: number): number {
  const parsed = mtuSchema.safeParse(mtu);
  if (parsed.success) return parsed.data;
  throw new HomingError({
    code: 'bad-mtu',
    title: 'An MTU cannot be used',
    cause: `The MTU is ${shown(mtu)}.`,
    remedy: "Give a number of octets from 1280 to 9000; WireGuard's default is 1420.",
  });
}

function withDigest(file: NetworkFile): NetworkFile {
  return { ...file, digest: contentDigest(file) };
}

/** A network created by many changes at once: its serial is 1. */
export function atFirstSerial(file: NetworkFile): NetworkFile {
  return withDigest({ ...file, serial: 1 });
}

/** Whether the content was edited without raising the serial: no invite may use that serial again. */
export function isEditedByHand(file: NetworkFile): boolean {
  return file.digest !== undefined && file.digest !== contentDigest(file);
}

/** The file with a new serial if it was edited by hand, else the same file. */
export function withEditAccepted(file: NetworkFile): NetworkFile {
  return isEditedByHand(file) ? changed(file, {}) : file;
}

/**
 * The file with a change, its serial raised and its members checked; the same file if nothing changes.
 * @throws as {@link parseNetworkFile}
 */
export function changed(file: NetworkFile, change: Partial<NetworkFile>): NetworkFile {
  const next = sorted({ ...file, ...change, version: networkFileVersion, serial: file.serial + 1 });
  refuseBadMembers(next);
  const stays = contentDigest(next) === contentDigest(file) && !isEditedByHand(file);
  return stays ? file : withDigest(next);
}
