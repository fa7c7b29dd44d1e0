import { parseAddress } from '../../../shared/addresses/range.ts';

/** What `route -n get` (route(8)) says of the way to one address. */
export interface FoundRoute {
  readonly device: string;
  /** The next hop; undefined where the address is a neighbour's, or the link has no neighbours. */
  readonly gateway: string | undefined;
  readonly flags: readonly string[];
}

/**
 * The arguments that ask for the route to an address. With `-host`, since macOS otherwise reads 128.0.0.0 as a network,
 * and answers with any route of the same key.
 */
export function routeGetArgs(address: string): readonly string[] {
  return ['-n', 'get', address.includes(':') ? '-inet6' : '-inet', '-host', address];
}

/**
 * Parses its output: `name: value` a line, then a table of metrics. `route: writing to routing socket: not in table`
 * is no route. A gateway that is a link (`link#6`) or a hardware address stands for a neighbour.
 */
export function parseRouteGet(output: string): FoundRoute | undefined {
  const fields = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, name, value] = /^\s*([a-z][a-z ]*): (.*\S)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  const device = fields.get('interface');
  if (device === undefined) return undefined;
  const flags = /^<(.*)>$/.exec(fields.get('flags') ?? '')?.[1]?.split(',') ?? [];
  return { device, gateway: nextHop(fields.get('gateway')), flags };
}

/** The address of a next hop; undefined for what names a link or a neighbour's hardware. */
export function nextHop(gateway: string | undefined): string | undefined {
  if (gateway === undefined || !/^[0-9a-f.:]+(%[\w.-]+)?$/i.test(gateway)) return undefined;
  const [bare = ''] = gateway.split('%');
  return parseAddress(bare) === undefined ? undefined : gateway;
}
