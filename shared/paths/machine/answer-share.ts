/**
 * Detects that fewer packets come back than usual although some still do. That is all a laptop sees of a path that loses
 * its own packets while those of the controller's programs arrive: WireGuard acknowledges nothing, and the controller
 * itself starts a handshake only after 15 s (KEEPALIVE_TIMEOUT and REKEY_TIMEOUT, paper section 6.5). A change of traffic
 * has the same effect, so the result is only a reason to probe the path, with a backoff.
 */

/** Packets since a time. */
interface Window {
  readonly sinceMs: number;
  readonly sent: number;
  readonly received: number;
}

export interface AnswerShareState {
  readonly window: Window;
  /** Packets received for each packet sent, averaged over as many windows. */
  readonly usual: { readonly share: number; readonly windows: number } | null;
  /** No suspicion before; the backoff doubles while the traffic goes on changing. */
  readonly notBeforeMs: number;
  readonly pauseMs: number;
}

const minWindowMs = 600;
/** With fewer packets, losses and those in flight decide. */
const minSent = 12;
/** A slower conversation is not judged: its average would be out of date. */
const maxWindowMs = 5_000;
/** With requests of both ends in equal numbers, half of the packets still come back. */
const suspiciousShare = 0.7;
/** With 2 % loss each way, this many of a dozen packets are rarely missing by chance. */
const minMissing = 4;
const minWindows = 2;
const weightOfLast = 0.25;
const firstPauseMs = 10_000;
const maxPauseMs = 80_000;

export function initialAnswerShare(nowMs: number): AnswerShareState {
  return { window: emptyAt(nowMs), usual: null, notBeforeMs: 0, pauseMs: 0 };
}

function emptyAt(sinceMs: number): Window {
  return { sinceMs, sent: 0, received: 0 };
}

/** While nothing at all is received, or the interface is another, there is nothing to compare. */
export function skipAnswerShare(state: AnswerShareState, nowMs: number): AnswerShareState {
  return { ...state, window: emptyAt(nowMs) };
}

/**
 * @param sent packets since the last call; likewise received
 * @returns the state, and since when fewer packets come back; null if they do not
 */
export function stepAnswerShare(
  state: AnswerShareState,
  { sent, received }: { readonly sent: number; readonly received: number },
  nowMs: number,
): { readonly state: AnswerShareState; readonly sinceMs: number | null } {
  const { sinceMs } = state.window;
  const window = { sinceMs, sent: state.window.sent + sent, received: state.window.received + received };
  const isOver = nowMs - sinceMs > maxWindowMs;
  if (sent < 0 || received < 0 || (isOver && window.sent < minSent))
    return { state: { ...state, window: emptyAt(nowMs), usual: null }, sinceMs: null };
  if (nowMs - sinceMs < minWindowMs || window.sent < minSent)
    return { state: { ...state, window }, sinceMs: null };
  return closed(state, window, nowMs);
}

function closed(
  state: AnswerShareState,
  window: Window,
  nowMs: number,
): { readonly state: AnswerShareState; readonly sinceMs: number | null } {
  const { usual, notBeforeMs } = state;
  const share = window.received / window.sent;
  const next = { ...state, window: emptyAt(nowMs) };
  const isLess = usual !== null && usual.windows >= minWindows && isSuspicious(window, usual.share);
  if (isLess && nowMs < notBeforeMs) return { state: next, sinceMs: null };
  if (isLess) {
    const isLongAgo = nowMs - notBeforeMs > maxPauseMs;
    const pauseMs = isLongAgo
      ? firstPauseMs
      : Math.min(maxPauseMs, Math.max(firstPauseMs, 2 * state.pauseMs));
    // Whatever the reason is, this share is the usual one from now on.
    const reported = { ...next, usual: { share, windows: 1 }, notBeforeMs: nowMs + pauseMs, pauseMs };
    return { state: reported, sinceMs: window.sinceMs };
  }
  const averaged =
    usual === null
      ? { share, windows: 1 }
      : { share: usual.share + weightOfLast * (share - usual.share), windows: usual.windows + 1 };
  return { state: { ...next, usual: averaged }, sinceMs: null };
}

function isSuspicious({ sent, received }: Window, usualShare: number): boolean {
  const expected = sent * usualShare;
  return received < expected * suspiciousShare && expected - received >= minMissing;
}
