import type { Endpoint } from '../../endpoints/endpoint.ts';
import type { Decision } from '../../timeline/decision.ts';
import type { CandidatePath } from '../candidate.ts';
import type { ProbeTarget, ProbeTiming } from '../probe-target.ts';
import type { Losses } from '../route.ts';

/** From where to where, and what is known of both ways. */
export interface MoveOrder {
  readonly from: Endpoint | null;
  readonly to: Endpoint;
  /** The old path can still deliver what is in flight, and can be gone back to. */
  readonly fromWorks: boolean;
  /** Of the slower of the two paths; what is in flight is younger than that. */
  readonly roundTripMs: number;
  /** The link by which the new endpoint is reached; null where that is not known. */
  readonly device: string | null;
  /** The controller answers there, and the tunnel did not: another session is asked for with the move. */
  readonly renew: boolean;
  /** The path that is left works, as far as is known, and must not be without traffic for longer; null: no matter. */
  readonly maxOutageMs: number | null;
}

/** A decision as the machine records it; the time and the controller are added where it is kept. */
export type RecordedDecision = Pick<Decision, 'kind' | 'reason'> &
  Partial<Pick<Decision, 'from' | 'to' | 'path' | 'tookMs'>>;

/**
 * What is to be done, as data. `move`, `set`, `reset` and `renew` change the controller's endpoint: there is never more
 * than one of them under way, and each is ended by an event with its number.
 */
export type PathEffect =
  | { readonly do: 'look-up'; readonly what: 'routes' | 'network' | 'names' }
  | {
      readonly do: 'look-up';
      readonly what: 'ways-out';
      readonly hosts: readonly string[];
      readonly losses: Losses;
    }
  /** Asks for a turn among the controllers, or for a sooner one; who has a turn keeps it. */
  | { readonly do: 'take-turn'; readonly isUrgent: boolean }
  | { readonly do: 'yield-turn' }
  | {
      readonly do: 'probe';
      readonly round: number;
      readonly targets: readonly ProbeTarget[];
      readonly timing: ProbeTiming;
    }
  | { readonly do: 'cancel-probe'; readonly round: number }
  /** Sets the new endpoint and watches until the tunnel has received over it; goes back otherwise. */
  | { readonly do: 'move'; readonly effect: number; readonly order: MoveOrder }
  /** Sets the new endpoint without waiting for an answer: for when nothing works anyway. */
  | { readonly do: 'set'; readonly effect: number; readonly order: MoveOrder }
  /** Sets the endpoint in use once more, so that WireGuard looks for the way there again. */
  | { readonly do: 'reset'; readonly effect: number; readonly endpoint: Endpoint }
  /** Removes the controller and adds it again: the next packet asks for a session. */
  | { readonly do: 'renew'; readonly effect: number; readonly endpoint: Endpoint }
  /** Watches whether data goes out and nothing comes in, since the time given and for some round trips. */
  | {
      readonly do: 'check-session';
      readonly check: number;
      readonly watchMs: number;
    }
  /** Sends pings through the tunnel, where its address is known, and waits for anything to come in. */
  | { readonly do: 'ask-tunnel'; readonly check: number; readonly timeoutMs: number }
  | { readonly do: 'remember'; readonly endpoint: Endpoint; readonly path: CandidatePath }
  | { readonly do: 'record'; readonly decision: RecordedDecision };
