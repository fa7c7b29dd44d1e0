import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Candidate, CandidatePath } from './candidate.ts';

/**
 * The input and the result of a decision about a controller's path: the candidate through which the tunnel reaches it
 * now. A move changes the path, by setting the endpoint of a live WireGuard peer. A silence is the sign of a broken path
 * that needs no probe: packets are sent through the tunnel and none are received, or fewer than usual
 * (machine/answer-share.ts).
 */
export interface Situation {
  /** On the same clock as the candidates' times; monotonic, so that setting the time proves nothing. */
  readonly nowMs: number;
  /** The endpoint that the tunnel uses now; null before the first choice. */
  readonly current: Endpoint | null;
  /** The start of the silence of the current path; null without one. */
  readonly silentSinceMs: number | null;
  /** One per endpoint, in any order. */
  readonly candidates: readonly Candidate[];
}

/**
 * The evidence for a move. `verified`: the candidate answered just now. `recent`: it answered within minutes; verify
 * after moving. `none`: nothing is known and there is nothing to lose; verify after moving.
 */
export type MoveEvidence = 'verified' | 'recent' | 'none';

export type Choice =
  | { readonly action: 'keep'; readonly reason: string }
  | {
      readonly action: 'move';
      readonly to: Endpoint;
      readonly path: CandidatePath;
      readonly evidence: MoveEvidence;
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

export function moveTo(candidate: Candidate, evidence: MoveEvidence, reason: string): MoveChoice {
  return { action: 'move', to: candidate.endpoint, path: candidate.path, evidence: evidence, reason };
}
