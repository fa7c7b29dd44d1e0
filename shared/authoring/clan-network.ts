import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { ipv6Bytes, parseSuffix, peerSuffix, planAddresses, suffixText } from '../addresses/plan.ts';
import { HomingError, shown } from '../errors/problem.ts';
import { schemaProblem } from '../errors/schema-problem.ts';
import { parsePublicKey } from '../keys/wireguard-key.ts';
import { addController } from './add-controller.ts';
import { addPeer } from './add-peer.ts';
import { atFirstSerial, changed, createNetwork, type NetworkFile } from './network-file.ts';

/**
 * A network of the published Clan `wireguard` service as a network file. An instance is a network. Every machine has a
 * public key and either a prefix (a controller) or a suffix (a peer) among its vars. Endpoint, port and a peer's
 * designated controller are settings of a machine or of a role. Other settings are ignored.
 */

const settingsSchema = z.looseObject({
  endpoint: z.string().optional(),
  port: z.int().optional(),
  controller: z.string().optional(),
  domain: z.string().nullish(),
});

const roleSchema = z.looseObject({
  machines: z.record(z.string(), z.looseObject({ settings: settingsSchema.optional() })).optional(),
  settings: settingsSchema.optional(),
  tags: z.unknown().optional(),
});

const instanceSchema = z.looseObject({
  roles: z.looseObject({ controller: roleSchema.optional(), peer: roleSchema.optional() }),
});

/** The export lists every instance of every service; only those with WireGuard keys are read further. */
const instancesSchema = z.record(z.string(), z.unknown());

type Role = z.infer<typeof roleSchema>;
export type ClanInstance = z.infer<typeof instanceSchema>;

/** The vars of one machine, as the text of their files. */
export interface ClanMachine {
  readonly name: string;
  readonly publicKey: string;
  /** `fd51:19c1:e:fb00`: it is a controller. */
  readonly prefix?: string | undefined;
  /** `6987:50a0:9b93:4337`: it is a peer. */
  readonly suffix?: string | undefined;
}

const exportRemedy = 'Export it again as docs/MIGRATING.md says, section Clan.';

/**
 * The instances of an export: the map itself, or an inventory that holds it.
 * @throws HomingError `clan-export-malformed`
 */
export function parseClanInstances(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(`instances.json is not JSON; it begins with ${shown(text.slice(0, 24))}.`);
  }
  const inner = typeof value === 'object' && value !== null ? Reflect.get(value, 'instances') : undefined;
  const parsed = instancesSchema.safeParse(inner ?? value);
  if (parsed.success) return parsed.data;
  throw malformed('instances.json is not an object with one entry for each instance.');
}

function malformed(cause: string): HomingError {
  return new HomingError({
    code: 'clan-export-malformed',
    title: 'The export of the Clan cannot be read',
    cause,
    remedy: exportRemedy,
  });
}

/** One instance of the service. @throws HomingError `clan-export-malformed` */
export function parseClanInstance(value: unknown): ClanInstance {
  const parsed = instanceSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw schemaProblem(parsed.error, value, {
    code: 'clan-export-malformed',
    title: 'The export of the Clan cannot be read',
    remedy: exportRemedy,
  });
}

/** The imported network; all addresses are hashed from its name. */
export interface ClanImport {
  readonly instanceName: string;
  readonly instance: ClanInstance;
  readonly machines: readonly ClanMachine[];
  /** Replaces the domain of the settings. */
  readonly domain?: string | undefined;
  /** Of the new signing key. */
  readonly networkKey: string;
}

/**
 * The network file of an instance, at serial 1.
 * @throws HomingError `clan-*`, and as `addController` and `addPeer`
 */
export function clanNetwork(clan: ClanImport): NetworkFile {
  const { instanceName, instance } = clan;
  const controllers = membersOf(clan, 'controller');
  if (controllers.length === 0) {
    throw new HomingError({
      code: 'clan-without-controller',
      title: 'The instance has no controller',
      cause: `No machine of "${instanceName}" has a file wireguard-network-${instanceName}/prefix/value among its vars.`,
      remedy: 'Run `clan vars generate`, and export again.',
    });
  }
  const domain = clan.domain ?? instance.roles.controller?.settings?.domain ?? undefined;
  let file = createNetwork({ name: instanceName, domain, publicKey: clan.networkKey, presharedKeys: false });
  for (const machine of controllers)
    file = withController(file, machine, settingsOf(instance.roles.controller, machine.name));
  for (const machine of membersOf(clan, 'peer')) {
    file = withPeer(file, machine, settingsOf(instance.roles.peer, machine.name), controllers.length);
  }
  return atFirstSerial(file);
}

/**
 * The machines of a role: those with a prefix or a suffix among their vars. Vars outlive a removed machine, so where
 * the role lists its machines, only those count.
 */
function membersOf(clan: ClanImport, kind: 'controller' | 'peer'): ClanMachine[] {
  const role = clan.instance.roles[kind];
  const listed = hasTags(role) ? undefined : role?.machines;
  const found = clan.machines.filter(
    ({ prefix, suffix }) => (kind === 'controller' ? prefix : suffix) !== undefined,
  );
  const missing = Object.keys(role?.machines ?? {}).find(
    (name) => !found.some((machine) => machine.name === name),
  );
  if (missing !== undefined) {
    throw new HomingError({
      code: 'clan-machine-without-vars',
      title: 'A machine has no WireGuard vars',
      cause: `"${missing}" is a ${kind} of "${clan.instanceName}", and its public key or its ${kind === 'controller' ? 'prefix' : 'suffix'} is not in the export.`,
      remedy: `Run \`clan vars generate ${missing}\`, and export again.`,
    });
  }
  return found.filter(({ name }) => listed === undefined || Object.hasOwn(listed, name));
}

function hasTags(role: Role | undefined): boolean {
  const { tags } = role ?? {};
  return typeof tags === 'object' && tags !== null && Object.keys(tags).length > 0;
}

function settingsOf(role: Role | undefined, machine: string): z.infer<typeof settingsSchema> {
  const own =
    role?.machines !== undefined && Object.hasOwn(role.machines, machine)
      ? role.machines[machine]
      : undefined;
  return { ...role?.settings, ...own?.settings };
}

function withController(
  file: NetworkFile,
  { name, publicKey, prefix = '' }: ClanMachine,
  settings: z.infer<typeof settingsSchema>,
): NetworkFile {
  const { subnet } = planAddresses(file.name, name);
  if (!ipaddr.IPv6.isValid(`${prefix}::`) || !sameAddress(`${prefix}::`, subnet.replace('/56', ''))) {
    throw otherAddress(name, 'prefix', prefix, subnet);
  }
  const { endpoint, port } = settings;
  if (endpoint === undefined) {
    throw new HomingError({
      code: 'clan-without-endpoint',
      title: 'A controller has no endpoint',
      cause: `No option was given for "${name}".`,
      remedy: exportRemedy,
    });
  }
  return addController(file, {
    name,
    publicKey: parsePublicKey(publicKey.trim(), `the public key of "${name}"`),
    port,
    ...(isPrivateAddress(endpoint) ? { privateEndpoints: [endpoint] } : { publicEndpoints: [endpoint] }),
  });
}

/** Clan has one endpoint per controller; an address of RFC 1918 or RFC 4193 must be on its LAN. */
function isPrivateAddress(endpoint: string): boolean {
  return (
    ipaddr.isValid(endpoint) &&
    ['private', 'uniqueLocal', 'linkLocal'].includes(ipaddr.parse(endpoint).range())
  );
}

function sameAddress(a: string, b: string): boolean {
  return ipv6Bytes(a).every((byte, i) => byte === ipv6Bytes(b)[i]);
}

function withPeer(
  file: NetworkFile,
  { name, publicKey, suffix = '' }: ClanMachine,
  settings: z.infer<typeof settingsSchema>,
  controllers: number,
): NetworkFile {
  const planned = suffixText(peerSuffix(name));
  const parsed = parseSuffix(suffix.trim().replace(/^:/, ''));
  if (parsed === undefined || suffixText(parsed) !== planned)
    throw otherAddress(name, 'suffix', suffix, planned);
  const { file: added } = addPeer(file, {
    name,
    defaultController: controllers > 1 ? settings.controller : undefined,
  });
  const key = parsePublicKey(publicKey.trim(), `the public key of "${name}"`);
  return changed(added, {
    peers: added.peers.map((peer) => (peer.name === name ? { ...peer, publicKey: key } : peer)),
  });
}

function otherAddress(name: string, what: string, is: string, planned: string): HomingError {
  return new HomingError({
    code: 'clan-address-differs',
    title: 'A machine’s address does not follow from its name',
    cause: `The ${what} of "${name}" is ${shown(is)}; from the names it is ${planned}.`,
    remedy: `If the machine or the instance was renamed, run \`clan vars generate\` with --regenerate for "${name}", and export again.`,
  });
}
