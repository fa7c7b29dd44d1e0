import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Candidate, CandidatePath } from './candidate.ts';

/** The input and the result of a decision about a controller's path. */
export interface Situation {
  /** On the same clock as the candidates' times; monotonic, so that setting the time proves nothing. */
  readonly nowMs: number;
  /** The endpoint that the tunnel uses now; null before the first choice. */
  readonly current: Endpoint | null;
  /** Since when packets are sent over the current path and none come back; null otherwise. */
  readonly suspectSinceMs: number | null;
  /** One per endpoint, in any order. */
  readonly candidates: readonly Candidate[];
}

/**
 * The evidence for a move. `verified`: the candidate answered just now. `recent`: it answered within minutes; verify
 * after moving. `unproven`: nothing is known and there is nothing to lose; verify after moving.
 */
export type MoveProof = 'verified' | 'recent' | 'unproven';

export type Choice =
  | { readonly action: 'keep'; readonly reason: string }
  | {
      readonly action: 'move';
      readonly to: Endpoint;
      readonly path: CandidatePath;
      readonly proof: MoveProof;
      readonly reason: string;
    }
  /** The controller cannot be reached now. The tunnel stays as it is. */
  | { readonly action: 'none'; readonly reason: string };

export type MoveChoice = Extract<Choice, { action: 'move' }>;

/** The candidate in use; null without one, or when the endpoint in use is not a candidate. */
export function currentCandidate(situation: Situation): Candidate | null {
  return situation.candidates.find((candidate) => candidate.endpoint === situation.current) ?? null;
}

/** The usable candidates that are not in use. */
export function usableOthers(situation: Situation): readonly Candidate[] {
  return situation.candidates.filter(
    (candidate) => candidate.usable && candidate.endpoint !== situation.current,
  );
}

export function moveTo(candidate: Candidate, proof: MoveProof, reason: string): MoveChoice {
  return { action: 'move', to: candidate.endpoint, path: candidate.path, proof, reason };
}
