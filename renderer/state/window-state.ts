import { withChange } from '../../shared/app/changed-state.ts';
import {
  type AppEvent,
  type CallInput,
  type CallName,
  type ScreenName,
  textLimit,
} from '../../shared/contract/app-ipc.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import type { Bridge } from '../bridge.ts';
import type { MadeCall, ShownFailure } from './failure.ts';

/** The current screen: a tab, or a screen on top of the tabs. */
export type Place =
  | { readonly screen: Exclude<ScreenName, 'import'> }
  | { readonly screen: 'import' }
  | { readonly screen: 'join-card'; readonly profileId: string };

export interface WindowView {
  /** Undefined until the main process has sent the whole state. */
  readonly app: AppState | undefined;
  readonly place: Place;
  /** The failure of the last action, until it is dismissed. */
  readonly failure: ShownFailure | null;
}

/** Everything that the window shows: the main process's state, and the current screen. */
export class WindowState {
  readonly #bridge: Bridge;
  readonly #nowMs: () => number;
  readonly #listeners = new Set<() => void>();
  /** Changes received before the whole state; they may be newer than it. */
  #early: AppEvent[] = [];
  #view: WindowView = { app: undefined, place: { screen: 'status' }, failure: null };

  constructor(bridge: Bridge, nowMs: () => number) {
    this.#bridge = bridge;
    this.#nowMs = nowMs;
  }

  start(): void {
    this.#bridge.onEvent((event) => this.#hear(event));
    this.#bridge.call('state', undefined).then(
      (app) => {
        this.#set({ app });
        for (const event of this.#early) this.#hear(event);
        this.#early = [];
      },
      (error: unknown) => this.#set({ failure: { problem: problemOf(error), call: undefined } }),
    );
  }

  readonly view = (): WindowView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  go(place: Place): void {
    this.#set({ place });
  }

  /** Calls the main process; an error is shown. @returns whether it succeeded */
  async do<N extends CallName>(name: N, input: CallInput<N>): Promise<boolean> {
    return await this.attempt(async () => void (await this.#bridge.call(name, input)), { name, input });
  }

  /** Reviews a text from the user. @param source where it came from, in words */
  async importText(text: string, source: string): Promise<void> {
    await this.do('importText', { text: text.slice(0, textLimit), source });
  }

  /** Like {@link do}, for several steps. @param call the only step, if there is one */
  async attempt(work: (bridge: Bridge) => Promise<void>, call?: MadeCall): Promise<boolean> {
    this.#set({ failure: null });
    try {
      await work(this.#bridge);
      return true;
    } catch (error) {
      this.#set({ failure: { problem: problemOf(error), call } });
      return false;
    }
  }

  dismissProblem(): void {
    this.#set({ failure: null });
    if (this.#view.app?.problem) void this.do('dismissProblem', undefined);
  }

  #hear(event: AppEvent): void {
    const { app } = this.#view;
    if (app === undefined) this.#early.push(event);
    else if (event.type === 'changed') this.#set({ app: withChange(app, event.change, this.#nowMs()) });
    else this.#set({ place: { screen: event.screen } });
  }

  #set(change: Partial<WindowView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
