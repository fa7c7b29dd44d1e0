import type { Path } from '../../shared/contract/path.ts';
import type { CandidateStatus, ControllerStatus, Verdict } from '../../shared/contract/status.ts';
import type { Candidate } from '../../shared/paths/candidate.ts';
import { hasFailedLastProbe } from '../../shared/paths/liveness.ts';
import { sessionMs } from '../../shared/paths/machine/live-interface.ts';
import { isUnreachable } from '../../shared/paths/machine/reachability.ts';
import { candidateAt, endpointIn, type PathState, restIn } from '../../shared/paths/machine/state.ts';
import { isSameEndpoint } from '../../shared/paths/same-endpoint.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { LivePeer } from '../tunnel/system.ts';

/** @param timeOf turns a time of the machine into RFC 3339 */
export function candidateStatuses(
  { candidates }: PathState,
  timeOf: (atMs: number) => string,
): CandidateStatus[] {
  return candidates.map(({ endpoint, path, source, last }) => ({
    endpoint,
    path,
    source,
    last: verdictStatus(last, timeOf),
  }));
}

function verdictStatus(last: Candidate['last'], timeOf: (atMs: number) => string): Verdict {
  if (last.verdict === 'untested') return last;
  const { atMs, ...rest } = last;
  const at = timeOf(atMs);
  // The control API's word for it, older than the machine's.
  return rest.verdict === 'unanswered' ? { ...rest, verdict: 'silent', at } : { ...rest, at };
}

/**
 * The status of one controller, from the machine and the live interface.
 * @param handshakeAgeMs null without a handshake
 */
export function controllerStatus(
  controller: PlannedController,
  state: PathState,
  peer: LivePeer | undefined,
  handshakeAgeMs: number | null,
  timeOf: (atMs: number) => string,
): ControllerStatus {
  const current = endpointIn(state.phase);
  const reported = peer?.endpoint ?? null;
  const endpoint = reported === null || isSameEndpoint(reported, current) ? current : reported;
  const candidate = candidateAt(state, endpoint);
  const handshakeSeconds = peer?.latestHandshakeSeconds;
  return {
    name: controller.name,
    publicKey: controller.publicKey,
    address: controller.address ?? null,
    path: pathNow(state, handshakeAgeMs),
    isMoving: state.phase.is === 'moving',
    endpoint,
    roundTripMs: candidate?.proof?.roundTripMs ?? null,
    latestHandshakeAt:
      handshakeSeconds === undefined ? null : new Date(handshakeSeconds * 1000).toISOString(),
    receivedBytes: peer?.receivedBytes ?? 0,
    sentBytes: peer?.sentBytes ?? 0,
    probing: probing(state, handshakeAgeMs !== null),
    candidates: candidateStatuses(state, timeOf),
  };
}

/**
 * Health follows from the handshake's age and the probes, never from the switch. During a move it is that of the old
 * path, since the new one is not verified.
 */
function pathNow(state: PathState, handshakeAgeMs: number | null): Path {
  const rest = restIn(state.phase);
  if (isUnreachable(state) || rest?.is !== 'on') return 'none';
  const candidate = candidateAt(state, rest.endpoint);
  if (candidate === undefined) return 'none';
  // A controller that answers no probes but has had a session counts as reachable until its tunnel is found silent.
  const isAlive = handshakeAgeMs !== null && (handshakeAgeMs < sessionMs || !state.everAnswered);
  return isAlive || candidate.last.verdict === 'verified' ? candidate.path : 'none';
}

function probing(state: PathState, shookHands: boolean): ControllerStatus['probing'] {
  if (state.everAnswered) return 'answers';
  return shookHands && state.candidates.some(hasFailedLastProbe) ? 'not-supported' : 'unknown';
}

/** Whether the path in use is on a LAN. */
export function isOnLanPath(state: PathState): boolean {
  return candidateAt(state, endpointIn(state.phase))?.path === 'lan';
}
