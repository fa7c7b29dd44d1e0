import * as z from 'zod';
import { pathSchema } from '../contract/path.ts';

/** The helper's timeline: unknown fields are ignored, unknown kinds become `other`. */

export const decisionKindSchema = z.enum([
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
  'route-changed',
  'kill-switch',
  'portal',
  'trouble',
  /** A kind unknown to this version, recorded by a newer helper. */
  'other',
]);
export type DecisionKind = z.infer<typeof decisionKindSchema>;

/** A decision with its reason: an entry of the timeline. */
export const decisionSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  kind: decisionKindSchema.catch('other'),
  controller: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  path: pathSchema.nullable(),
  reason: z.string(),
  tookMs: z.number().nullable(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** A decision before the timeline adds its number and time. */
export type NewDecision = Pick<Decision, 'kind' | 'reason'> &
  Partial<Pick<Decision, 'controller' | 'from' | 'to' | 'path' | 'tookMs'>>;
