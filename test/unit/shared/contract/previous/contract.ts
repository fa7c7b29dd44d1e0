import * as z from 'zod';

/**
 * Version 1 of the control API as its clients were first built: a copy, never changed together with the contract. When a
 * release changes the contract, this folder is replaced by what the release before it had.
 */

const timeSchema = z.iso.datetime();
const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  cause: z.string(),
  remedy: z.string(),
});
const verdictSchema = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('untested') }),
  z.object({ verdict: z.literal('verified'), at: timeSchema, roundTripMs: z.number().min(0) }),
  z.object({ verdict: z.literal('silent'), at: timeSchema, reason: z.string() }),
  z.object({ verdict: z.literal('refused'), at: timeSchema, reason: z.string() }),
]);
const candidateSchema = z.object({
  endpoint: z.string(),
  path: z.enum(['lan', 'internet']),
  source: z.enum(['invite', 'resolved', 'discovered', 'remembered', 'live']),
  last: verdictSchema,
});
const controllerSchema = z.object({
  name: z.string(),
  publicKey: z.string(),
  address: z.string().nullable(),
  path: z.enum(['lan', 'internet', 'none']),
  endpoint: z.string().nullable(),
  roundTripMs: z.number().nullable(),
  latestHandshakeAt: timeSchema.nullable(),
  receivedBytes: z.int().min(0),
  sentBytes: z.int().min(0),
  probing: z.enum(['answers', 'unknown', 'not-supported']),
  candidates: z.array(candidateSchema),
});
const tunnelSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({ state: z.literal('connecting'), network: z.string(), since: timeSchema }),
  z.object({
    state: z.literal('connected'),
    network: z.string(),
    domain: z.string(),
    profileId: z.string(),
    serial: z.int().nullable(),
    peer: z.string(),
    publicKey: z.string(),
    interfaceName: z.string(),
    listenPort: z.int(),
    addresses: z.array(z.string()),
    since: timeSchema,
    adopted: z.boolean(),
    hosts: z.object({ names: z.int(), via: z.string(), problem: problemSchema.nullable() }),
    controllers: z.array(controllerSchema),
  }),
  z.object({ state: z.literal('disconnecting'), network: z.string(), since: timeSchema }),
  z.object({ state: z.literal('failed'), network: z.string(), since: timeSchema, problem: problemSchema }),
]);
const knownKinds = [
  'connected',
  'disconnected',
  'adopted',
  'repaired',
  'port-changed',
  'found',
  'moved',
  'move-failed',
  'kept',
  'renewed',
  'lost',
  'ignored',
  'names-moved',
  'trouble',
  'other',
] as const;
const decisionSchema = z.object({
  id: z.int(),
  at: timeSchema,
  kind: z.enum(knownKinds).catch('other'),
  controller: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  path: z.enum(['lan', 'internet', 'none']).nullable(),
  reason: z.string(),
  tookMs: z.number().nullable(),
});

export const previousStatusSchema = z.object({
  helper: z.object({
    version: z.string(),
    apiVersion: z.int(),
    pid: z.int(),
    startedAt: timeSchema,
    wireguard: z.enum(['kernel', 'wireguard-go', 'none']),
    residentBytes: z.int(),
  }),
  tunnel: tunnelSchema,
  timeline: z.array(decisionSchema),
});

const eventSchemas = {
  snapshot: z.object({ type: z.literal('snapshot'), status: previousStatusSchema }),
  tunnel: z.object({ type: z.literal('tunnel'), tunnel: tunnelSchema }),
  decision: z.object({ type: z.literal('decision'), decision: decisionSchema }),
};

/** @returns undefined for an event that the client does not know */
export function previousEvent(input: unknown): unknown {
  const { type } = z.object({ type: z.string() }).parse(input);
  return Object.entries(eventSchemas)
    .find(([known]) => known === type)?.[1]
    .parse(input);
}

export const previousProbeResponseSchema = z.object({
  controllers: z.array(z.object({ name: z.string(), candidates: z.array(candidateSchema) })),
});
export const previousDiagnosticsSchema = z.object({
  sections: z.array(z.object({ title: z.string(), text: z.string() })),
});
export const previousErrorSchema = z.object({ error: problemSchema });
