import { z } from 'zod';
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
 * The one file that describes a network to its author: `<name>.network.json`. It holds no secret, so it may
 * be kept in version control; entries are sorted and one value stands on one line, so that a change is a small diff.
 */

const networkFileVersion = 3;

/** WireGuard's customary port. */
export const defaultPort = 51_820;

/** What controllers and peers have alike. Left out where a member has none. */
const memberFacts = {
  /** Assigned once, and never changed by Homing. */
  ipv4: z.ipv4().optional(),
  /** Further host names. */
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
  /** False: the hosts behind it have a way back to the members, so their addresses are not rewritten. */
  masquerade: z.literal(false).optional(),
  /** False: laptops use its public endpoints only, also on its LAN. */
  migrate: z.literal(false).optional(),
  /** All traffic of a member can go through it. */
  exit: exitSchema.optional(),
});

const peerSchema = z.strictObject({
  name: memberNameSchema,
  ...memberFacts,
  /** Null until the peer's join card came back. */
  publicKey: publicKeySchema.nullable(),
  probePublicKey: publicKeySchema.nullable(),
  /** In whose subnet its name resolves, for itself and for everybody. Null: the reader's own. */
  defaultController: memberNameSchema.nullable(),
  /** Where controllers on its own LAN may find it; its port is then fixed. */
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
  /** Of the content that has this serial, so that an edit by hand is noticed; absent in version 1. */
  digest: z.string().max(64).optional(),
  defaultController: memberNameSchema.nullable(),
  mtu: mtuSchema.optional(),
  /** The private range that every member has an IPv4 address in. The default controller carries what goes between peers. */
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

/** By code unit, so that the order does not depend on the author's language. */
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

/** The one text of a network file: two spaces, entries sorted by name, fields in the order of the schema. */
export function networkFileText(file: NetworkFile): string {
  return `${JSON.stringify(sorted(networkFileSchema.parse(file)), null, 2)}\n`;
}

/** The largest packet inside the tunnel, in octets. @throws HomingError `bad-mtu` */
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

/** A network made in one step of many changes: it begins at serial 1. */
export function atFirstSerial(file: NetworkFile): NetworkFile {
  return withDigest({ ...file, serial: 1 });
}

/** Whether somebody changed the content of a file without its serial: no invite may carry that serial again. */
export function isEditedByHand(file: NetworkFile): boolean {
  return file.digest !== undefined && file.digest !== contentDigest(file);
}

/** The file with a serial of its own when it was edited by hand, else the same file. */
export function withEditAccepted(file: NetworkFile): NetworkFile {
  return isEditedByHand(file) ? changed(file, {}) : file;
}

/**
 * The file with a change, its serial raised and its members checked; the same file when it says what it said before.
 * @throws as {@link parseNetworkFile}
 */
export function changed(file: NetworkFile, change: Partial<NetworkFile>): NetworkFile {
  const next = sorted({ ...file, ...change, version: networkFileVersion, serial: file.serial + 1 });
  refuseBadMembers(next);
  const stays = contentDigest(next) === contentDigest(file) && !isEditedByHand(file);
  return stays ? file : withDigest(next);
}
