import { parseAddress } from '../../../shared/addresses/range.ts';

/** The route to one address as printed by `route -n get` (route(8)). */
export interface FoundRoute {
  readonly device: string;
  /** The next hop; undefined if the address is a neighbour's, or the link has no neighbours. */
  readonly gateway: string | undefined;
  readonly flags: readonly string[];
}

/**
 * The arguments that query the route to an address. With `-host`, because macOS otherwise reads 128.0.0.0 as a network
 * and answers with any route of the same key.
 */
export function routeGetArgs(address: string): readonly string[] {
  return ['-n', 'get', address.includes(':') ? '-inet6' : '-inet', '-host', address];
}

/**
 * Parses its output: `name: value` per line, then a table of metrics. `route: writing to routing socket: not in table`
 * means no route. A gateway that is a link (`link#6`) or a hardware address stands for a neighbour.
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

/** The address of a next hop; undefined if it is a link or a neighbour's hardware address. */
export function nextHop(gateway: string | undefined): string | undefined {
  if (gateway === undefined || !/^[0-9a-f.:]+(%[\w.-]+)?$/i.test(gateway)) return undefined;
  const [bare = ''] = gateway.split('%');
  return parseAddress(bare) === undefined ? undefined : gateway;
}
