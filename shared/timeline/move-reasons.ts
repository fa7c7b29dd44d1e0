import type { DiscoveryKind } from '../paths/probe-target.ts';
import { durationText } from '../text/quantities.ts';

/** How moves and sessions of a controller ended, and what failed: sentences of the timeline, without first capital and full stop. */

export const noAnswerOverNewPath = 'no answer through the tunnel on the new path';
export const interfaceGone = 'the interface is gone';
export const disconnecting = 'the tunnel is being disconnected';

/** @param endpoint where WireGuard sends now; undefined when it has none */
export function endpointTakenBack(endpoint: string | undefined): string {
  return endpoint === undefined
    ? 'WireGuard lost the endpoint'
    : `packets from ${endpoint} changed the endpoint back`;
}

/**
 * @param why one of the reasons above @param reverted whether the old path is in use again
 * @param quarantineMs for how long this LAN is not tried again while another path works; 0: not for longer than any other
 */
export function moveFailed(why: string, reverted: boolean, quarantineMs = 0): string {
  const went = reverted ? 'went back' : 'there was no working path to go back to';
  const quarantine = quarantineMs > 0 ? `; this LAN is quarantined for ${durationText(quarantineMs)}` : '';
  return `${why}; ${went}${quarantine}`;
}

export const followedRoaming = 'WireGuard received packets from this address and follows them';

/** @param silentMs how long data was sent and none received */
export function sessionRenegotiated(silentMs: number): string {
  const seconds = (silentMs / 1_000).toFixed(1);
  return `it answers probes, but nothing came through the tunnel for ${seconds} s: its WireGuard may have been restarted`;
}

export const tryingLanThroughTunnel =
  'it answers no probe (it does not know the probe key); trying its LAN address through the tunnel';
export const lanSilentTryingInternet = 'the LAN does not answer; trying the internet';
export const silentTryingOther = 'it does not answer over the internet; trying another address';

const answeredTo: Readonly<Record<DiscoveryKind, string>> = {
  remembered: 'answered where it did before on this LAN',
  broadcast: 'answered a broadcast',
  multicast: 'answered a broadcast',
  neighbour: 'answered as a neighbour on this LAN',
};

/** `answered a broadcast in 0.8 ms` */
export function foundBy(kind: DiscoveryKind, roundTripMs: number): string {
  return `${answeredTo[kind]} in ${roundTripMs.toFixed(1)} ms`;
}

/** What could not be carried out, with the system's words. */
const attempts = {
  'set-endpoint': 'the endpoint could not be set',
  'reapply-endpoint': 'the endpoint could not be set again',
  renegotiate: 'the session could not be renegotiated',
  'check-session': 'the session could not be checked',
  'test-tunnel': 'the tunnel could not be tested',
  probe: 'its endpoints could not be probed',
} as const;

export function couldNot(attempt: keyof typeof attempts, error: string): string {
  return `${attempts[attempt]}: ${error}`;
}

/** @param seconds how long the controller has been reachable again */
export function namesReturned(controller: string, seconds: number): string {
  return `${controller} has been reachable again for ${seconds.toFixed(0)} s`;
}

/** @param seconds how long the default controller has been unreachable */
export function namesFailedOver(controller: string, seconds: number): string {
  return `${controller} has not been reachable for ${seconds.toFixed(0)} s`;
}
