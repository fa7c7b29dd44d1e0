import { HomingError } from '../errors/problem.ts';
import { controllerHead, ipv6Text, peerSuffix, type Suffix, suffixText } from './plan.ts';

/**
 * Addresses follow from hashes of names, cut to 16 bits for a controller and 32 for a peer's allowed range, so two
 * names can give the same addresses: two of 500 controllers with a probability of 85 %, two of 5,000 peers with 0.3 %.
 * The author of a network learns this here, before any key is handed out.
 */
export interface Collision {
  readonly kind: 'subnet' | 'suffix' | 'range' | 'controller-address';
  /** The two members, in the order given; for `controller-address` the second is any controller. */
  readonly names: readonly [string, string];
  /** What both would have. */
  readonly value: string;
  /** One sentence: which two members, and what both would have. */
  readonly cause: string;
  readonly remedy: string;
}

/** A peer with its suffix: from its name, or as an invite carries it. */
export interface PeerSuffix {
  readonly name: string;
  readonly suffix: Suffix;
}

const rangeBytes = 4;

function repeats<T extends { readonly name: string }>(
  members: readonly T[],
  keyOf: (member: T) => string,
): { readonly first: T; readonly second: T; readonly value: string }[] {
  const seen = new Map<string, T>();
  return members.flatMap((second) => {
    const value = keyOf(second);
    const first = seen.get(value);
    if (first !== undefined) return [{ first, second, value }];
    seen.set(value, second);
    return [];
  });
}

function renameOne(second: string): string {
  return `Rename one of the two, for example "${second}" to "${second}-2".`;
}

/** Controllers whose names hash to the same /56. */
export function subnetCollisions(network: string, controllers: readonly string[]): Collision[] {
  const members = controllers.map((name) => ({ name }));
  const subnetOf = ({ name }: { readonly name: string }) => {
    const bytes = new Uint8Array(16);
    bytes.set(controllerHead(network, name));
    return `${ipv6Text(bytes)}/56`;
  };
  return repeats(members, subnetOf).map(({ first, second, value }) => ({
    kind: 'subnet',
    names: [first.name, second.name],
    value,
    cause: `The controllers "${first.name}" and "${second.name}" would both have the subnet ${value}.`,
    remedy: renameOne(second.name),
  }));
}

/** Peers with the same suffix, the same /96, or a range that holds the controllers' own ...0001. */
export function suffixCollisions(peers: readonly PeerSuffix[]): Collision[] {
  const first32 = (suffix: Suffix) => suffixText(suffix).split(':').slice(0, 2).join(':');
  const ofTwo = repeats(peers, ({ suffix }) => first32(suffix)).map(({ first, second, value }): Collision => {
    const same = suffixText(first.suffix) === suffixText(second.suffix);
    const what = same ? suffixText(first.suffix) : `${value}::/96 of every subnet`;
    return {
      kind: same ? 'suffix' : 'range',
      names: [first.name, second.name],
      value: what,
      cause: `The peers "${first.name}" and "${second.name}" would both have ${same ? 'the suffix' : 'the range'} ${what}.`,
      remedy: renameOne(second.name),
    };
  });
  const withControllers = peers
    .filter(({ suffix }) => suffix.subarray(0, rangeBytes).every((byte) => byte === 0))
    .map(({ name, suffix }): Collision => {
      const exact = suffixText(suffix) === '0:0:0:1';
      return {
        kind: 'controller-address',
        names: [name, 'every controller'],
        value: '0:0:0:1',
        cause: exact
          ? `The peer "${name}" would have the address ...0001 that every controller has in its subnet.`
          : `The range of the peer "${name}" would hold the address ...0001 that every controller has in its subnet.`,
        remedy: `Rename the peer "${name}".`,
      };
    });
  return [...withControllers, ...ofTwo];
}

/** All collisions of a network's names. */
export function findCollisions(
  network: string,
  controllers: readonly string[],
  peers: readonly string[],
): Collision[] {
  return [
    ...subnetCollisions(network, controllers),
    ...suffixCollisions(peers.map((name) => ({ name, suffix: peerSuffix(name) }))),
  ];
}

/** @throws HomingError `name-collision` naming the first two members that collide */
export function refuseCollisions(
  network: string,
  controllers: readonly string[],
  peers: readonly string[],
): void {
  const [collision] = findCollisions(network, controllers, peers);
  if (collision === undefined) return;
  throw new HomingError({
    code: 'name-collision',
    title: 'Two names would get the same addresses',
    cause: collision.cause,
    remedy: collision.remedy,
  });
}
