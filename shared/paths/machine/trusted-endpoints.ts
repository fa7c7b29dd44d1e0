import { endpointWithoutZone } from '../../endpoints/endpoint.ts';
import { isProven, type ProvenCandidate } from '../candidate.ts';
import { isSettled } from '../round-trips.ts';
import { isClearlyNearer } from '../strangers.ts';
import type { PathCandidate } from './candidates.ts';
import { isStranger, networkOf } from './lan-trust.ts';
import { candidateAt, type PathState } from './state.ts';

/** When a stranger (see strangers.ts) becomes a known address of its network. */

/**
 * How long a stranger must carry traffic to become known, when there is no internet time to compare with. Relaying for
 * this long is not worth an attacker's effort.
 */
export const trustedAfterMs = 600_000;
const maxTrustedEndpoints = 32;

/**
 * Checks the path in use from time to time: a stranger shown to be nearer, or in use for long enough, becomes known.
 */
export function observeStranger(state: PathState, nowMs: number): PathState {
  const { phase, strangerInUse } = state;
  const isHealthy = phase.is === 'on' && phase.silentSinceMs === null;
  const candidate = isHealthy ? candidateAt(state, phase.endpoint) : undefined;
  const network = candidate === undefined ? null : networkOf(state, candidate);
  if (candidate === undefined || network === null || !isStranger(state, candidate))
    return strangerInUse === null ? state : { ...state, strangerInUse: null };
  const { endpoint } = candidate;
  const isSame = strangerInUse?.endpoint === endpoint && strangerInUse.network === network;
  const sinceMs = isSame ? strangerInUse.sinceMs : nowMs;
  if (!isShownNearer(state, candidate) && nowMs - sinceMs < trustedAfterMs)
    return isSame ? state : { ...state, strangerInUse: { endpoint, network, sinceMs } };
  const trustedEndpoints = [
    { network, endpoint: endpointWithoutZone(endpoint) },
    ...state.trustedEndpoints,
  ].slice(0, maxTrustedEndpoints);
  return { ...state, trustedEndpoints, strangerInUse: null };
}

function isShownNearer({ candidates }: PathState, stranger: PathCandidate): boolean {
  if (!isProven(stranger) || !isSettled(stranger.proof)) return false;
  const settled = candidates
    .filter((candidate) => candidate.path === 'internet' && candidate.usable)
    .filter(
      (candidate): candidate is PathCandidate & ProvenCandidate =>
        isProven(candidate) && isSettled(candidate.proof),
    );
  return settled.length > 0 && settled.every((candidate) => isClearlyNearer(stranger, candidate));
}
