import type { Problem } from '../errors/problem.ts';

/** Why a range of a network is routed differently: sentences of the timeline, without first capital and full stop. */

export function rangeTakenOver(range: string): string {
  return `${range} goes through the tunnel, although the network here has the same addresses`;
}

export function rangeGivenBack(range: string): string {
  return `${range} is again reached through the network here, which has the same addresses`;
}

export const placeLeft = 'the laptop left the network with the same addresses';

export function routesNotRead({ cause }: Problem): string {
  return `the routes of this laptop could not be read: ${cause}`;
}
