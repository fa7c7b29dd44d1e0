import { withoutZone } from '../../addresses/zone.ts';
import { isBackingOff } from '../backoff.ts';
import { isOnLan } from '../route.ts';
import { hostOf, type NeighbourState, type PathCandidate } from './candidates.ts';
import type { Step } from './compose.ts';
import { candidateAt, isAtRest, type PathState } from './state.ts';

/**
 * Whether anybody answers address resolution (ARP, RFC 826; RFC 4861 section 7.2) for the address of a LAN candidate.
 * For a controller that does not know the probe key this is the only sign without an event that its LAN works: a probe
 * makes the system resolve the address, and a trial where nobody answers would fail for certain.
 */

/** An entry of the system's neighbour table. */
export interface NeighbourEntry {
  /** Without a zone. */
  readonly address: string;
  readonly device: string;
  /** The link-layer address; null while it is being resolved, or could not be. */
  readonly mac: string | null;
}

/**
 * A LAN address that failed this often gains nothing by disappearing and coming back: somebody on the LAN could cause
 * a trial in every round.
 */
const maxFailuresForgotten = 4;

/** LAN candidates on a link of this laptop that a trial could move to. */
function triableLans(state: PathState): readonly PathCandidate[] {
  const { phase, everAnswered, candidates } = state;
  if (everAnswered || !isAtRest(phase)) return [];
  const isOnLanPath = phase.is === 'on' && candidateAt(state, phase.endpoint)?.path === 'lan';
  if (isOnLanPath) return [];
  return candidates.filter(
    (candidate) => candidate.path === 'lan' && candidate.usable && isOnLan(candidate.route),
  );
}

/**
 * Reads the neighbour table after probes made the system resolve an address. Until a whole round went unanswered, the
 * controller may know the probe key, and its answers may still be under way.
 */
export function readNeighbours(state: PathState): Step {
  const isDue =
    state.hasUnansweredRound && triableLans(state).some(({ last }) => last.verdict !== 'untested');
  return [state, isDue ? [{ do: 'look-up', what: 'neighbours' }] : []];
}

/** Applies a reading. An owner that was not there before ends the backoff, like an event. */
export function neighboursRead(
  state: PathState,
  entries: readonly NeighbourEntry[],
  nowMs: number,
): PathState {
  const candidates = state.candidates.map((candidate): PathCandidate => {
    const neighbour = stateOf(candidate, entries);
    const isNew = neighbour.is === 'resolved' && isOtherOwner(candidate.neighbour, neighbour.mac);
    const endsBackoff =
      isNew && isBackingOff(candidate, nowMs) && candidate.moveFailures < maxFailuresForgotten;
    return { ...candidate, neighbour, retryAtMs: endsBackoff ? nowMs : candidate.retryAtMs };
  });
  return { ...state, candidates };
}

function stateOf(candidate: PathCandidate, entries: readonly NeighbourEntry[]): NeighbourState {
  const { route } = candidate;
  if (route === null || !isOnLan(route)) return { is: 'unknown' };
  const host = withoutZone(hostOf(candidate.endpoint));
  const entry = entries.find(({ address, device }) => address === host && device === route.device);
  if (entry === undefined) return { is: 'unknown' };
  return entry.mac === null ? { is: 'unresolved' } : { is: 'resolved', mac: entry.mac };
}

function isOtherOwner(before: NeighbourState, mac: string): boolean {
  return before.is === 'unresolved' || (before.is === 'resolved' && before.mac !== mac);
}
