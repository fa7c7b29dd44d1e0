import { outermostRanges } from '../../shared/addresses/cover.ts';
import { withoutZone } from '../../shared/addresses/zone.ts';
import { internetShare } from '../../shared/plan/traffic.ts';
import type { Link } from './links.ts';

/**
 * The networks of the laptop that are allowed. Only non-public ranges: the operator of a network chooses its addresses,
 * and could otherwise choose what leaves outside the tunnel (TunnelCrack, CVE-2023-36672).
 */
export function lanRangesOf(links: readonly Link[]): string[] {
  const ranges = links
    .filter(({ kind, isUp }) => kind === 'lan' && isUp)
    .flatMap(({ addresses }) => addresses.map(networkOf))
    .filter((range) => range !== undefined)
    .filter((range) => {
      const share = internetShare([range]);
      return share[4] === 0 && share[6] === 0;
    });
  return outermostRanges(ranges);
}

/** The network of an own address; undefined for a single address or a default route. */
function networkOf({ address, prefixLength, family: kind }: Link['addresses'][number]): string | undefined {
  const bits = kind === 4 ? 32 : 128;
  if (prefixLength < 8 || prefixLength >= bits) return undefined;
  const host = withoutZone(address);
  return `${host}/${prefixLength}`;
}
