import { refuseCollisions } from '../addresses/collisions.ts';
import { ipv4AddressRefusal, ipv4RangeRefusal } from '../addresses/ipv4.ts';
import { HomingError } from '../errors/problem.ts';
import { repeatedHostName } from '../names/member-names.ts';
import { type RoutedNetwork, refuseBadRanges } from './ranges.ts';

/** The data that the rules between members check. */
interface Member {
  readonly name: string;
  readonly ipv4?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
}

interface Members extends RoutedNetwork {
  readonly defaultController: string | null;
  readonly controllers: readonly (Member &
    RoutedNetwork['controllers'][number] & { readonly publicKey: string })[];
  readonly peers: readonly (Member & {
    readonly publicKey: string | null;
    readonly probePublicKey: string | null;
    readonly defaultController: string | null;
  })[];
}

/**
 * The rules between the members of a network; a violation would otherwise appear as lost traffic.
 * @throws HomingError `duplicate-name`, `duplicate-key`, `name-collision`, `unknown-controller`, `bad-route`,
 *   `bad-ipv4`
 */
export function refuseBadMembers(network: Members): void {
  refuseRepeatedNames(network);
  refuseRepeatedKeys(network);
  refuseUnknownDefaults(network);
  refuseCollisions(
    network.name,
    network.controllers.map(({ name }) => name),
    network.peers.map(({ name }) => name),
  );
  refuseBadIpv4(network);
  refuseBadRanges(network);
}

function refuseRepeatedNames(network: Members): void {
  const kinds = new Map<string, string>();
  const members = [
    ...network.controllers.map(({ name }) => ({ name, kind: 'controller' })),
    ...network.peers.map(({ name }) => ({ name, kind: 'peer' })),
  ];
  for (const { name, kind } of members) {
    const before = kinds.get(name);
    if (before !== undefined) {
      throw new HomingError({
        code: 'duplicate-name',
        title: 'Two members have the same name',
        cause: `"${name}" is the name of a ${before} already, so it cannot be that of another ${kind}.`,
        remedy: `Give the new machine another name, for example "${name}-2".`,
      });
    }
    kinds.set(name, kind);
  }
  const repeated = repeatedHostName([...network.controllers, ...network.peers]);
  if (repeated !== undefined) {
    const [first, second] = repeated.owners;
    throw new HomingError({
      code: 'duplicate-name',
      title: 'Two members have the same host name',
      cause: `"${first}" and "${second}" would both be called "${repeated.hostName}".`,
      remedy: 'Give each name and each alias to one member.',
    });
  }
}

function refuseBadIpv4(network: Members): void {
  const members = [...network.controllers, ...network.peers];
  const range = network.ipv4;
  const refusal = range === undefined ? undefined : ipv4RangeRefusal(range);
  if (refusal !== undefined) throw badIpv4(`The range of the network is ${range}, which ${refusal}.`);
  const owners = new Map<string, string>();
  for (const { name, ipv4 } of members) {
    if (ipv4 === undefined) continue;
    const why = range === undefined ? 'needs a range of the network' : ipv4AddressRefusal(ipv4, range);
    if (why !== undefined) throw badIpv4(`The address of "${name}" is ${ipv4}, which ${why}.`);
    const owner = owners.get(ipv4);
    if (owner !== undefined)
      throw badIpv4(`${ipv4} is the address of "${owner}" already, so it cannot be that of "${name}".`);
    owners.set(ipv4, name);
  }
}

function badIpv4(cause: string): HomingError {
  return new HomingError({
    code: 'bad-ipv4',
    title: 'An IPv4 address of the network cannot be used',
    cause,
    remedy:
      'Use one private range for the network, such as 10.42.0.0/16, and a free address in it for each member.',
  });
}

function refuseRepeatedKeys(network: Members): void {
  const owners = new Map<string, string>();
  const keys = [
    ...network.controllers.map(({ name, publicKey }) => ({ of: `the controller "${name}"`, key: publicKey })),
    ...network.peers.flatMap(({ name, publicKey, probePublicKey }) => [
      { of: `the peer "${name}"`, key: publicKey },
      { of: `the probe of the peer "${name}"`, key: probePublicKey },
    ]),
  ];
  for (const { of, key } of keys) {
    if (key === null) continue;
    const before = owners.get(key);
    if (before !== undefined) {
      throw new HomingError({
        code: 'duplicate-key',
        title: 'Two members have the same public key',
        cause: `${key} is the key of ${before} and of ${of}.`,
        remedy: 'Every member needs its own key: create a key with `wg genkey`, or use the right join card.',
      });
    }
    owners.set(key, of);
  }
}

function refuseUnknownDefaults(network: Members): void {
  const known = new Set(network.controllers.map(({ name }) => name));
  const wanted = [
    { field: 'defaultController', name: network.defaultController },
    ...network.peers.map((peer) => ({
      field: `the default controller of the peer "${peer.name}"`,
      name: peer.defaultController,
    })),
  ];
  for (const { field, name } of wanted) {
    if (name !== null && !known.has(name)) throw unknownController(field, name, [...known]);
  }
}

/** The error for an unknown controller name. */
export function unknownController(field: string, name: string, known: readonly string[]): HomingError {
  return new HomingError({
    code: 'unknown-controller',
    title: 'The network has no such controller',
    cause: `${field} is "${name}".`,
    remedy:
      known.length === 0 ? 'Add one with `homing network add-controller`.' : `It has ${known.join(', ')}.`,
  });
}
