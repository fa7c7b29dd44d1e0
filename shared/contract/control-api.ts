import * as z from 'zod';
import { decisionSchema } from '../timeline/decision.ts';
import { problemSchema } from './problem.ts';
import {
  candidateStatusSchema,
  killSwitchStatusSchema,
  portalStatusSchema,
  statusSchema,
  tunnelStatusSchema,
} from './status.ts';

/**
 * The control API between the helper (root) and its one user: HTTP/1.1 on a unix socket, JSON bodies.
 *
 * | call                | body in       | body out          |
 * | GET /v1/status      |               | Status            |
 * | GET /v1/events      |               | SSE of Event; with `?refresh=changes` without the counters of every second |
 * | PUT /v1/tunnel      | SignedTunnelRequest or TunnelRequest | Status |
 * | DELETE /v1/tunnel   |               | Status            |
 * | POST /v1/probe      | ProbeRequest  | ProbeResponse     |
 * | PUT /v1/routes      | RouteRequest  | Status            |
 * | PUT /v1/kill-switch | KillSwitchRequest | Status        |
 * | PUT /v1/portal      | PortalRequest | Status            |
 * | GET /v1/diagnostics |               | Diagnostics       |
 *
 * Every answer carries the version (version.ts). A failure is an {@link ErrorBody} with a 4xx or 5xx status.
 *
 * Requests (requests.ts) are strict: a field that the helper does not know is refused, since ignoring it could do less than was
 * meant. Responses are tolerant: fields and events that a program does not know are ignored. A field may therefore be
 * added to a response at any time; programs treat one that older helpers do not send as optional.
 */

export const probeResponseSchema = z.object({
  controllers: z.array(z.object({ name: z.string(), candidates: z.array(candidateStatusSchema) })),
});
export type ProbeResponse = z.infer<typeof probeResponseSchema>;

export const errorBodySchema = z.object({ error: problemSchema });

/** `snapshot` comes first and once; after it only what changed. */
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), status: statusSchema }),
  z.object({ type: z.literal('tunnel'), tunnel: tunnelStatusSchema }),
  z.object({ type: z.literal('decision'), decision: decisionSchema }),
  z.object({
    type: z.literal('protection'),
    killSwitch: killSwitchStatusSchema,
    portal: portalStatusSchema,
  }),
]);
export type HelperEvent = z.infer<typeof eventSchema>;

const eventTypes: ReadonlySet<unknown> = new Set(eventSchema.options.map(({ shape }) => shape.type.value));

/** Parses one event of the stream. @returns undefined for a type that this version does not know @throws ZodError */
export function parseEvent(input: unknown): HelperEvent | undefined {
  const { type } = z.object({ type: z.string() }).parse(input);
  return eventTypes.has(type) ? eventSchema.parse(input) : undefined;
}

/** Readable text sections, without secrets. */
export const diagnosticsSchema = z.object({
  sections: z.array(z.object({ title: z.string(), text: z.string() })),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;
