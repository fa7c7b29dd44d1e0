import type { AddressSet } from '../../shared/addresses/range.ts';
import { type Endpoint, endpointOf, partsOf } from '../../shared/endpoints/endpoint.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { ProbeOutcome } from '../../shared/paths/probe-target.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Prober } from './probe/prober.ts';
import type { Remembered } from './remembered-endpoints.ts';
import { resolveEndpoints } from './resolve-endpoints.ts';

/** What a LAN needs to answer before the tunnel's first handshake; the interface is made in that time. */
const lanNowMs = 40;
/** Asking costs about a millisecond of arithmetic each: so many are asked before the first handshake. */
const maxAsked = 8;

export interface FirstEndpointParts {
  readonly controllers: readonly PlannedController[];
  readonly defaultController: string;
  readonly prober: Pick<Prober, 'probe'>;
  readonly tunnel: AddressSet;
  readonly remembered: (controller: string) => Remembered | undefined;
  readonly onIgnored: (controller: string, reasons: readonly string[]) => void;
}

/** Where to reach each controller first; one that cannot be reached anywhere is missing. Quick, and never throws. */
export async function firstEndpoints(parts: FirstEndpointParts): Promise<Map<PublicKey, Endpoint>> {
  const isDefault = ({ name }: PlannedController) => Number(name === parts.defaultController);
  const asked = new Set(parts.controllers.toSorted((a, b) => isDefault(b) - isDefault(a)).slice(0, maxAsked));
  const first = new Map<PublicKey, Endpoint>();
  await Promise.all(
    parts.controllers.map(async (controller) => {
      const lan = asked.has(controller) ? await lanNow(parts, controller) : undefined;
      const endpoint = lan ?? (await overTheInternet(parts, controller));
      if (endpoint !== undefined) first.set(controller.publicKey, endpoint);
    }),
  );
  return first;
}

/**
 * A private endpoint that answers at once. The first handshake then goes to the right place: behind a router that
 * does not hairpin, one sent to the public endpoint is lost, and WireGuard sends the next 5 s later.
 */
async function lanNow(
  { prober, remembered }: FirstEndpointParts,
  { name, publicKey, presharedKey, endpoints }: PlannedController,
): Promise<Endpoint | undefined> {
  const last = remembered(name);
  const lans = [...endpoints.private, ...(last?.path === 'lan' ? [last.endpoint] : [])];
  const literal = [...new Set(lans)].map(partsOf).filter(({ family }) => family !== 'name');
  if (literal.length === 0) return undefined;
  const { promise: answered, resolve } = Promise.withResolvers<Endpoint | undefined>();
  const request = {
    controller: { name, publicKey, ...(presharedKey === undefined ? {} : { presharedKey }) },
    targets: literal.map(({ host, port }) => ({ host, port, kind: 'unicast' as const })),
    timeoutMs: lanNowMs,
    attempts: 1,
  };
  const onOutcome = (outcome: ProbeOutcome) => {
    if (outcome.verdict === 'verified') resolve(endpointOf(outcome.from));
  };
  const end = setTimeout(() => resolve(undefined), lanNowMs);
  prober.probe(request, { onOutcome }).then(
    () => resolve(undefined),
    () => resolve(undefined),
  );
  try {
    return await answered;
  } finally {
    clearTimeout(end);
  }
}

/** The internet endpoint that worked last, else the first public one: as good from anywhere. */
async function overTheInternet(
  { remembered, tunnel, onIgnored }: FirstEndpointParts,
  controller: PlannedController,
): Promise<Endpoint | undefined> {
  const last = remembered(controller.name);
  if (last?.path === 'internet') return last.endpoint;
  const [first, ...others] = controller.endpoints.public;
  if (first === undefined) return undefined;
  // When the first is a name that does not resolve, an address needs no resolver.
  const isName = (endpoint: Endpoint) => partsOf(endpoint).family === 'name';
  for (const one of [first, ...others.toSorted((a, b) => Number(isName(a)) - Number(isName(b)))]) {
    const { endpoints, ignored } = await resolveEndpoints([one], tunnel);
    onIgnored(controller.name, ignored);
    if (endpoints[0] !== undefined) return endpoints[0];
  }
  return undefined;
}
