import type { RefusedLine } from '../invite/describe.ts';
import type { ParsedPeer } from './peer-section.ts';

/** The two halves of all addresses, which many tools write to keep the host's default route. */
const wholes: readonly (readonly [whole: string, halves: readonly [string, string]])[] = [
  ['0.0.0.0/0', ['0.0.0.0/1', '128.0.0.0/1']],
  ['::/0', ['::/1', '8000::/1']],
];

/** Joins both halves of all addresses to a default route. */
function withoutHalves(ranges: readonly string[]): string[] {
  return wholes.reduce<string[]>(
    (list, [whole, halves]) => {
      if (!halves.every((half) => list.includes(half))) return list;
      const rest = list.filter((range) => range !== halves[1] && range !== whole);
      return rest.map((range) => (range === halves[0] ? whole : range));
    },
    [...new Set(ranges)],
  );
}

/**
 * The ranges that each peer carries: its AllowedIPs without duplicates and without this laptop's own addresses.
 * WireGuard gives a range of two peers to the last (wg(8), AllowedIPs); the earlier range is listed as ignored.
 * @param own this laptop's addresses with prefix length
 */
export function rangesOfPeers(
  peers: readonly ParsedPeer[],
  own: readonly string[],
): {
  readonly ranges: ReadonlyMap<ParsedPeer, readonly string[]>;
  readonly refusedLines: readonly RefusedLine[];
} {
  const ownSingles = new Set(own.map((address) => singleRange(address.replace(/\/.*$/, ''))));
  const drafts = peers.map((peer): [ParsedPeer, string[]] => [
    peer,
    withoutHalves(peer.allowedIps.map(({ range }) => range)).filter((range) => !ownSingles.has(range)),
  ]);
  const lastWith = new Map(drafts.flatMap(([peer, list]) => list.map((range) => [range, peer])));
  const refusedLines = drafts.flatMap(([peer, list]) =>
    list.flatMap((range): RefusedLine[] => {
      const last = lastWith.get(range);
      if (last === undefined || last === peer) return [];
      const reason = `the [Peer] on line ${last.line} has it too, and WireGuard gives it to the last`;
      return [{ line: peer.line, text: `AllowedIPs = ${range}`, reason }];
    }),
  );
  const ranges = new Map(
    drafts.map(([peer, list]) => [peer, list.filter((range) => lastWith.get(range) === peer)]),
  );
  return { ranges, refusedLines };
}

function singleRange(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

/**
 * The peer's own address in the network: the first single address of its AllowedIPs, else an address with host bits
 * (`10.0.0.1/24`). Undefined when the file contains neither; a handshake does not need it.
 */
export function addressOfPeer(peer: ParsedPeer, own: readonly string[]): string | undefined {
  const ownAddresses = new Set(own.map((address) => address.replace(/\/.*$/, '')));
  const named = peer.allowedIps.filter(({ address }) => address !== undefined && !ownAddresses.has(address));
  const single = named.find(({ range, address = '' }) => range === singleRange(address));
  return (single ?? named[0])?.address;
}
