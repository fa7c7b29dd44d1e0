import { isProven, type ProvenCandidate } from '../candidate.ts';
import { isSettled } from '../round-trips.ts';
import { isClearlyNearer } from '../strangers.ts';
import type { PathCandidate } from './candidates.ts';
import { isStranger, networkOf, withoutZone } from './lan-trust.ts';
import { candidateAt, type PathState } from './state.ts';

/** How a LAN address that nobody vouches for becomes one that is known in its network. */

/** Where the internet has no time to compare with: so long it has to carry traffic. It is not worth anybody's while to relay so long. */
export const familiarAfterMs = 600_000;
const maxFamiliar = 32;

/** Looks at the path in use, now and then: a stranger that is shown to be nearer, or has been in use for long, is none any more. */
export function holdStranger(state: PathState, nowMs: number): PathState {
  const { phase, holding } = state;
  const isSound = phase.is === 'on' && phase.silentSinceMs === null;
  const candidate = isSound ? candidateAt(state, phase.endpoint) : undefined;
  const network = candidate === undefined ? null : networkOf(state, candidate);
  if (candidate === undefined || network === null || !isStranger(state, candidate))
    return holding === null ? state : { ...state, holding: null };
  const { endpoint } = candidate;
  const isSame = holding?.endpoint === endpoint && holding.network === network;
  const sinceMs = isSame ? holding.sinceMs : nowMs;
  if (!isShownNearer(state, candidate) && nowMs - sinceMs < familiarAfterMs)
    return isSame ? state : { ...state, holding: { endpoint, network, sinceMs } };
  const familiar = [{ network, endpoint: withoutZone(endpoint) }, ...state.familiar].slice(0, maxFamiliar);
  return { ...state, familiar, holding: null };
}

function isShownNearer({ candidates }: PathState, stranger: PathCandidate): boolean {
  if (!isProven(stranger) || !isSettled(stranger.verified)) return false;
  const settled = candidates
    .filter((one) => one.path === 'internet' && one.usable)
    .filter((one): one is PathCandidate & ProvenCandidate => isProven(one) && isSettled(one.verified));
  return settled.length > 0 && settled.every((one) => isClearlyNearer(stranger, one));
}
