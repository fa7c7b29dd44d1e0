import type { Path } from '../contract/path.ts';
import { pathGoal, pathPlace } from '../text/path-words.ts';
import type { Tone } from '../text/tone.ts';
import type { Decision, DecisionKind } from './decision.ts';

/** A timeline entry as the window and the CLI show it. */
export interface TimelineEntry {
  /** What happened, in lower case: it follows the time. */
  readonly title: string;
  readonly tone: Tone;
  /** Whether nothing changed: hidden unless every decision is shown. */
  readonly isQuiet: boolean;
}

function goal(path: Path | null): string {
  return path === null || path === 'none' ? 'to another endpoint' : pathGoal[path];
}

function place(path: Path | null): string {
  return path === null || path === 'none' ? 'as it is' : pathPlace[path];
}

const titles: Readonly<Record<DecisionKind, (decision: Decision) => string>> = {
  connected: () => 'connected',
  disconnected: () => 'disconnected',
  adopted: () => 'took over a live tunnel',
  repaired: () => 'removed leftovers',
  'port-changed': () => 'another UDP port is in use',
  found: ({ controller, path }) =>
    path === 'lan' ? `${controller} found ${pathPlace.lan}` : `${controller} answers again`,
  moved: ({ controller, path }) => `${controller} moved ${goal(path)}`,
  'move-failed': ({ controller, path }) => `${controller} could not move ${goal(path)}`,
  kept: ({ controller, path }) => `${controller} stays ${place(path)}`,
  renewed: ({ controller }) => `a new session with ${controller} was requested`,
  lost: ({ controller }) => `${controller} can’t be reached`,
  ignored: ({ controller }) => `ignored an answer${controller === null ? '' : ` for ${controller}`}`,
  'names-moved': ({ controller }) =>
    controller === null ? 'names moved' : `names now go through ${controller}`,
  'route-changed': ({ controller }) => `a range behind ${controller} has another route`,
  'kill-switch': () => 'the kill switch changed',
  portal: () => 'sign-in page',
  trouble: ({ controller }) => (controller === null ? 'trouble' : `trouble with ${controller}`),
  other: () => 'another event',
};

function toneOf({ kind, path }: Decision): Tone {
  if (kind === 'lost' || kind === 'trouble' || kind === 'move-failed' || kind === 'portal') return 'trouble';
  if (kind === 'disconnected' || kind === 'kept' || kind === 'ignored') return 'off';
  return path === 'lan' ? 'lan' : path === 'internet' ? 'internet' : 'off';
}

/** The shown form of a decision. */
export function timelineEntry(decision: Decision): TimelineEntry {
  return {
    title: titles[decision.kind](decision),
    tone: toneOf(decision),
    isQuiet: decision.kind === 'kept',
  };
}
