import type { AddressSet } from '../../shared/addresses/range.ts';
import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import { partsOf } from '../../shared/endpoints/endpoint.ts';
import type { KnownEndpoint } from '../../shared/paths/machine/candidates.ts';
import type { Quarantine } from '../../shared/paths/machine/lan-trust.ts';
import type { PathStart } from '../../shared/paths/machine/state.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Remembered } from './remembered-endpoints.ts';
import { resolveEndpoints, usableLiterals } from './resolve-endpoints.ts';

/** The endpoints of one controller as its machine knows them. */

const defaultPort = 51_820;

/** The endpoints known without a resolver: the last good endpoint, and the profile's addresses. */
export function pathStart(
  { endpoints, address }: PlannedController,
  remembered: Remembered | undefined,
  tunnel: AddressSet,
  quarantines: readonly Quarantine[],
): PathStart {
  const last: readonly KnownEndpoint[] =
    remembered === undefined ? [] : [{ ...remembered, source: 'remembered' }];
  const literal = (all: readonly Endpoint[], path: 'lan' | 'internet') =>
    usableLiterals(all, tunnel).map((endpoint): KnownEndpoint => ({ endpoint, path, source: 'invite' }));
  const [first] = [...endpoints.private, ...endpoints.public];
  return {
    hasTunnelAddress: address !== undefined,
    port: first === undefined ? defaultPort : partsOf(first).port,
    quarantines,
    known: [...last, ...literal(endpoints.private, 'lan'), ...literal(endpoints.public, 'internet')],
  };
}

/**
 * The current addresses of the endpoints, resolved outside the tunnel. Never throws.
 * @returns the endpoints, and what was ignored, as sentences for the timeline
 */
export async function resolveKnown(
  { endpoints }: PlannedController,
  tunnel: AddressSet,
): Promise<{ readonly known: readonly KnownEndpoint[]; readonly ignored: readonly string[] }> {
  const [lan, internet] = await Promise.all([
    resolveEndpoints(endpoints.private, tunnel),
    resolveEndpoints(endpoints.public, tunnel),
  ]);
  const literal = new Set<Endpoint>([...endpoints.private, ...endpoints.public]);
  const known = (all: readonly Endpoint[], path: 'lan' | 'internet') =>
    all.map((endpoint): KnownEndpoint => {
      return { endpoint, path, source: literal.has(endpoint) ? 'invite' : 'resolved' };
    });
  return {
    known: [...known(lan.endpoints, 'lan'), ...known(internet.endpoints, 'internet')],
    ignored: [...lan.ignored, ...internet.ignored],
  };
}
