import * as z from 'zod';
import { lanNames, neighbourhoodOf } from '../known-neighbours.ts';
import type { Link } from '../links.ts';
import type { Neighbourhood } from '../neighbourhood.ts';

const neighbourSchema = z.looseObject({
  dst: z.string(),
  dev: z.string(),
  /** Missing while the address is being resolved, or could not be. */
  lladdr: z.string().optional(),
  /** Present, and null, where it said that it is a router (RFC 4861 section 4.4). */
  router: z.null().optional(),
});

const hopSchema = z.looseObject({
  dev: z.string().optional(),
  gateway: z.string().optional(),
  /** A gateway of the other family (RFC 5549). */
  via: z.looseObject({ host: z.string() }).optional(),
});
const defaultRouteSchema = hopSchema.extend({ nexthops: z.array(hopSchema).default([]) });

/** The lines for `ip -j -d -force -batch -` that print what {@link parseNeighbourhood} reads. */
export const neighbourhoodQueries = 'address show\nneighbour show\nroute show default table all\n';

/**
 * Parses the answers to {@link neighbourhoodQueries}: one JSON list a line, in the order of the queries.
 * @param parse parses the list of links
 * @throws Error when a list is missing or has another shape
 */
export function parseNeighbourhood(
  output: string,
  parse: (printed: unknown) => readonly Link[],
): Neighbourhood {
  const [links, known, defaults] = output
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line): unknown => JSON.parse(line));
  const all = parse(links);
  const lans = lanNames(all);
  const onLan = z
    .array(neighbourSchema)
    .parse(known)
    .filter(({ dev }) => lans.has(dev))
    .map(({ dst, dev, lladdr, router }) => ({
      address: dst,
      device: dev,
      mac: lladdr,
      isRouter: router === null,
    }));
  const gateways = z
    .array(defaultRouteSchema)
    .parse(defaults)
    .flatMap(({ nexthops, ...single }) => (nexthops.length > 0 ? nexthops : [single]))
    .flatMap(({ dev, gateway, via }) => {
      const address = gateway ?? via?.host;
      return address === undefined || dev === undefined || !lans.has(dev) ? [] : [{ address, device: dev }];
    });
  return neighbourhoodOf(all, onLan, gateways);
}
