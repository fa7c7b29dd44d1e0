import { z } from 'zod';
import { rangeSchema } from '../addresses/range-schema.ts';
import { endpointSchema } from '../endpoints/endpoint-schema.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { isNetworkKey, type NetworkKey, parseNetworkKey } from '../invite/network-key.ts';
import { payloadProblem } from '../invite/payload-problem.ts';
import { publicKeySchema } from '../keys/key-schemas.ts';
import { parseDomain } from '../names/domain.ts';
import { parseHostLabel } from '../names/host-label.ts';
import { domainSchema, hostLabelSchema } from '../names/name-schemas.ts';
import { refuseBadMembers } from './members.ts';

/**
 * The one file that describes a network to its author: `<name>.network.json`. It holds no secret, so it may
 * be kept in version control; entries are sorted and one value stands on one line, so that a change is a small diff.
 */

/** WireGuard's customary port. */
export const defaultPort = 51_820;

const portSchema = z.int().min(1).max(65_535);

const controllerSchema = z.strictObject({
  name: hostLabelSchema,
  publicKey: publicKeySchema,
  port: portSchema,
  endpoints: z.strictObject({
    private: z.array(endpointSchema).max(64),
    public: z.array(endpointSchema).max(64),
  }),
  /** Ranges behind the controller that members may reach through it. */
  routes: z.array(rangeSchema).max(64),
});

const peerSchema = z.strictObject({
  name: hostLabelSchema,
  /** Null until the peer's join card came back. */
  publicKey: publicKeySchema.nullable(),
  probePublicKey: publicKeySchema.nullable(),
  /** Null: that of the network. */
  defaultController: hostLabelSchema.nullable(),
});

export const networkFileSchema = z.strictObject({
  version: z.literal(1),
  name: hostLabelSchema,
  domain: domainSchema,
  publicKey: z
    .string()
    .refine(isNetworkKey, 'not 32 bytes in base64url')
    .transform((text) => text as NetworkKey),
  serial: z.int().min(1),
  defaultController: hostLabelSchema.nullable(),
  presharedKeys: z.boolean(),
  controllers: z.array(controllerSchema).max(4096),
  peers: z.array(peerSchema).max(65_536),
});

export type NetworkFile = z.infer<typeof networkFileSchema>;
export type AuthoredController = z.infer<typeof controllerSchema>;
export type AuthoredPeer = z.infer<typeof peerSchema>;

/** 4,096 controllers with 5,000 peers are 2.5 MiB. */
export const networkFileLimitBytes = 8 * 1024 * 1024;

/** A new network without members. @throws HomingError `bad-name`, `bad-domain` */
export function createNetwork(of: {
  readonly name: string;
  readonly domain?: string | undefined;
  readonly publicKey: string;
  readonly presharedKeys: boolean;
}): NetworkFile {
  const name = parseHostLabel(of.name, 'name');
  return {
    version: 1,
    name,
    domain: parseDomain(of.domain ?? name, 'domain'),
    publicKey: parseNetworkKey(of.publicKey, 'publicKey'),
    serial: 1,
    defaultController: null,
    presharedKeys: of.presharedKeys,
    controllers: [],
    peers: [],
  };
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
  if (typeof version === 'number' && version > 1) {
    throw new HomingError({
      code: 'network-file-unknown-version',
      title: 'The network file was made by a newer Homing',
      cause: `version is ${version}; this Homing reads version 1.`,
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

/** The file with a change, its serial raised and its members checked. @throws as {@link parseNetworkFile} */
export function changed(file: NetworkFile, change: Partial<NetworkFile>): NetworkFile {
  const next = sorted({ ...file, ...change, serial: file.serial + 1 });
  refuseBadMembers(next);
  return next;
}
