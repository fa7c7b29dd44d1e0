import type { ControllerStatus, RouteStatus } from '../contract/status.ts';

/** How a range of the network is routed, in words for CLI and window. */
export interface RouteWords {
  /** A word or two: the range's state. */
  readonly label: string;
  /** Why, as a sentence. */
  readonly sentence: string;
  /** What the user can do about it. */
  readonly action: 'take-over' | 'give-back' | 'none';
}

/** @param controller the range's controller: if it is reached over the LAN, the laptop is at home */
export function routeWords(
  route: RouteStatus,
  controller: Pick<ControllerStatus, 'path'> | undefined,
): RouteWords {
  const { range, state, instead } = route;
  const own = instead
    .map((route) => (route.range === range ? `by ${route.device}` : `${route.range} by ${route.device}`))
    .join(', ');
  if (state === 'taken-over') {
    return {
      label: 'taken over',
      sentence: `The network you are in has the same addresses (${own}). ${range} goes through ${route.controller} while you are here.`,
      action: 'give-back',
    };
  }
  if (state === 'awake') {
    const part = instead.length === 0 ? '' : ` Part of it is reached by this laptop’s own routes: ${own}.`;
    return { label: 'awake', sentence: `${range} goes through ${route.controller}.${part}`, action: 'none' };
  }
  if (controller?.path === 'lan') {
    return {
      label: 'asleep',
      sentence: `You are in this network: ${range} is reached directly (${own}).`,
      action: 'none',
    };
  }
  return {
    label: 'asleep',
    sentence: `The network you are in has the same addresses: ${range} is reached directly (${own}), not through ${route.controller}.`,
    action: 'take-over',
  };
}
