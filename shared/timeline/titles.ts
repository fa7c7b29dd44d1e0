import type { Tone } from '../app/situation.ts';
import type { Decision } from './decision.ts';

/** A decision of the helper as the timeline of the window tells it. */
export interface TimelineEntry {
  /** What happened, without capital: it follows the time. */
  readonly title: string;
  readonly tone: Tone;
  /** Whether nothing came of it: told only to who wants every decision. */
  readonly isQuiet: boolean;
}

function moved({ controller, path, kind }: Decision): string {
  const where = path === 'lan' ? 'to your LAN' : 'to the internet';
  return kind === 'moved' ? `${controller} moved ${where}` : `${controller} could not move ${where}`;
}

const titles: Readonly<Record<Decision['kind'], (decision: Decision) => string>> = {
  connected: () => 'connected',
  disconnected: () => 'disconnected',
  adopted: () => 'a live tunnel was taken over',
  repaired: () => 'put back in order',
  'port-changed': () => 'another port was taken',
  found: ({ controller }) => `${controller} found on your LAN`,
  moved,
  'move-failed': moved,
  kept: ({ controller, path }) =>
    `${controller} stays ${path === 'lan' ? 'on your LAN' : path === 'internet' ? 'on the internet' : 'as it is'}`,
  renewed: ({ controller }) => `${controller} was asked for a new session`,
  lost: ({ controller }) => `${controller} can’t be reached`,
  ignored: ({ controller }) => `an answer was ignored${controller === null ? '' : ` for ${controller}`}`,
  'names-moved': ({ controller }) =>
    controller === null ? 'names moved' : `names now go through ${controller}`,
  trouble: () => 'trouble',
};

function toneOf({ kind, path }: Decision): Tone {
  if (kind === 'lost' || kind === 'trouble' || kind === 'move-failed') return 'trouble';
  if (kind === 'disconnected' || kind === 'kept' || kind === 'ignored') return 'off';
  if (kind === 'found') return 'lan';
  return path === 'lan' ? 'lan' : path === 'internet' ? 'internet' : 'off';
}

/** How a decision is told. */
export function timelineEntry(decision: Decision): TimelineEntry {
  const isQuiet = decision.kind === 'kept';
  return { title: titles[decision.kind](decision), tone: toneOf(decision), isQuiet };
}
