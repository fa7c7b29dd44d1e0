import { setTimeout as sleep } from 'node:timers/promises';
import { helperEvents } from '../../client/event-stream.ts';
import type { HelperClient } from '../../client/helper-client.ts';
import type { AppState, HelperLinkState } from '../../shared/contract/app-state.ts';
import type { HelperEvent } from '../../shared/contract/control-api.ts';
import type { TunnelStatus } from '../../shared/contract/status.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import type { Decision } from '../../shared/timeline/decision.ts';
import { linkStateOf, pauseBeforeRetryMs } from './link-state.ts';

export interface LinkParts {
  readonly client: HelperClient;
  readonly isInstalled: () => boolean;
  readonly onLink: (link: HelperLinkState) => void;
  readonly onTunnel: (tunnel: TunnelStatus) => void;
  readonly onProtection: (protection: Pick<AppState, 'killSwitch' | 'portal'>) => void;
  /** The whole timeline, whenever the stream was opened. */
  readonly onTimeline: (timeline: Decision[]) => void;
  /** Each decision after that. */
  readonly onDecision: (decision: Decision) => void;
}

/** A service manager restarts a helper within a second or two. */
const restartGraceMs = 3_000;

/**
 * The connection to the helper: its event stream, reopened whenever it ends. A tunnel that is up when the app starts,
 * or when the helper returns, is simply shown.
 */
export class HelperLink {
  readonly #parts: LinkParts;
  #stream = new AbortController();
  #pause = new AbortController();
  #watched = false;
  #stopped = false;
  #held = false;
  #found: HelperLinkState | undefined;
  #failures = 0;
  #wasThere = false;
  #lostMs: number | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#stream.abort();
    this.#pause.abort();
  }

  /** Whether the window is visible: counters are read every second only then. A change reopens the stream. */
  watch(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#stream.abort();
    this.retry();
  }

  /** Tries again now. */
  retry(): void {
    this.#failures = 0;
    this.#pause.abort();
  }

  /**
   * While the installer runs, changes of the link are not reported: a restarting helper is no trouble then. The last
   * state is reported when the installer has ended.
   */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#found = undefined;
    else {
      if (this.#found !== undefined) this.#parts.onLink(this.#found);
      this.retry();
    }
  }

  #tell(link: HelperLinkState): void {
    this.#found = link;
    if (!this.#held) this.#parts.onLink(link);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#stream = new AbortController();
      this.#pause = new AbortController();
      const watched = this.#watched;
      try {
        const response = await this.#parts.client.openEvents(
          watched ? 'all' : 'changes',
          this.#stream.signal,
        );
        for await (const event of helperEvents(response)) this.#take(event);
      } catch (error) {
        if (this.#stopped) return;
        if (!this.#stream.signal.aborted) {
          this.#failures += 1;
          this.#tell(this.#lost(error));
        }
      }
      if (this.#stream.signal.aborted && !this.#stopped) continue;
      await this.#wait();
    }
  }

  /** A recently lost helper is being restarted: it is reported as trouble only when that lasts. */
  #lost(error: unknown): HelperLinkState {
    if (this.#wasThere) this.#lostMs ??= performance.now();
    const isFresh = this.#lostMs !== undefined && performance.now() - this.#lostMs < restartGraceMs;
    return isFresh ? { state: 'connecting' } : linkStateOf(problemOf(error), this.#parts.isInstalled);
  }

  async #wait(): Promise<void> {
    try {
      await sleep(pauseBeforeRetryMs(this.#failures, this.#watched), undefined, {
        signal: this.#pause.signal,
      });
    } catch {
      // A request to try now.
    }
  }

  #take(event: HelperEvent): void {
    this.#failures = 0;
    this.#wasThere = true;
    this.#lostMs = undefined;
    if (event.type === 'snapshot') {
      const { helper, tunnel, timeline, killSwitch, portal } = event.status;
      this.#parts.onTimeline(timeline);
      this.#parts.onProtection({ killSwitch: killSwitch ?? null, portal: portal ?? { state: 'none' } });
      this.#parts.onTunnel(tunnel);
      this.#tell({ state: 'ready', info: helper });
    } else if (event.type === 'tunnel') this.#parts.onTunnel(event.tunnel);
    else if (event.type === 'protection') {
      const { killSwitch, portal } = event;
      this.#parts.onProtection({ killSwitch, portal });
    } else if (event.type === 'decision') this.#parts.onDecision(event.decision);
  }
}
