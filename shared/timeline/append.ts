import type { Decision } from './decision.ts';

/** How many decisions the app keeps; a day of roaming has a few dozen. */
export const timelineLength = 500;

/**
 * A timeline with new decisions at its end. A known decision is not added again: an event may arrive before the
 * snapshot that contains it.
 */
export function withDecisions(timeline: readonly Decision[], added: readonly Decision[]): Decision[] {
  const known = new Set(timeline.map(({ id, at }) => `${id} ${at}`));
  const fresh = added.filter(({ id, at }) => !known.has(`${id} ${at}`));
  return [...timeline, ...fresh].slice(-timelineLength);
}
