import { z } from 'zod';
import { privateKeySchema } from '../keys/key-schemas.ts';
import { profileSchema } from '../profile/profile.ts';
import { decisionSchema } from '../timeline/decision.ts';
import { problemSchema } from './problem.ts';
import { candidateStatusSchema, statusSchema, tunnelStatusSchema } from './status.ts';

/**
 * The control API between the helper (root) and its one user: HTTP/1.1 on a unix socket, JSON bodies.
 *
 * | call                | body in       | body out          |
 * | GET /v1/status      |               | Status            |
 * | GET /v1/events      |               | SSE of Event; with `?refresh=changes` without the counters of every second |
 * | PUT /v1/tunnel      | TunnelRequest | Status            |
 * | DELETE /v1/tunnel   |               | Status            |
 * | POST /v1/probe      | ProbeRequest  | ProbeResponse     |
 * | GET /v1/diagnostics |               | Diagnostics       |
 *
 * Every answer carries the version (version.ts). A failure is an {@link ErrorBody} with a 4xx or 5xx status.
 */

/** 500 controllers with 5,000 machines are 0.6 MB. */
export const bodyLimitBytes = 4 * 1024 * 1024;

export const tunnelRequestSchema = z.strictObject({ profile: profileSchema, privateKey: privateKeySchema });
export type TunnelRequest = z.infer<typeof tunnelRequestSchema>;

/** Without a controller all are probed. */
export const probeRequestSchema = z.strictObject({ controller: z.string().max(63).optional() });
export type ProbeRequest = z.infer<typeof probeRequestSchema>;

export const probeResponseSchema = z.strictObject({
  controllers: z.array(z.strictObject({ name: z.string(), candidates: z.array(candidateStatusSchema) })),
});
export type ProbeResponse = z.infer<typeof probeResponseSchema>;

export const errorBodySchema = z.strictObject({ error: problemSchema });

/** `snapshot` comes first and once; after it only what changed. */
export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), status: statusSchema }),
  z.strictObject({ type: z.literal('tunnel'), tunnel: tunnelStatusSchema }),
  z.strictObject({ type: z.literal('decision'), decision: decisionSchema }),
]);
export type HelperEvent = z.infer<typeof eventSchema>;

/** Text sections for a person to read; no secret stands in any of them. */
export const diagnosticsSchema = z.strictObject({
  sections: z.array(z.strictObject({ title: z.string(), text: z.string() })),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;
