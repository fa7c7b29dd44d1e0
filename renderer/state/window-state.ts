import { withChange } from '../../shared/app/changed-state.ts';
import {
  type AppEvent,
  type CallInput,
  type CallName,
  type ScreenName,
  textLimit,
} from '../../shared/contract/app-ipc.ts';
import type { AppState } from '../../shared/contract/app-state.ts';
import { type Problem, problemOf } from '../../shared/errors/problem.ts';
import type { Bridge } from '../bridge.ts';

/** Where the person is: a tab, or one of the screens that lie over the tabs. */
export type Place =
  | { readonly screen: Exclude<ScreenName, 'import'> }
  | { readonly screen: 'import' }
  | { readonly screen: 'join-card'; readonly profileId: string };

export interface WindowView {
  /** Undefined until main has told the whole. */
  readonly app: AppState | undefined;
  readonly place: Place;
  /** What the last thing that was done here came to, until it is dismissed. */
  readonly problem: Problem | null;
}

/** All that the window shows: what main tells, and where the person is. */
export class WindowState {
  readonly #bridge: Bridge;
  readonly #nowMs: () => number;
  readonly #listeners = new Set<() => void>();
  /** What was told before the whole was there; it may be newer than the whole. */
  #early: AppEvent[] = [];
  #view: WindowView = { app: undefined, place: { screen: 'status' }, problem: null };

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
      (error: unknown) => this.#set({ problem: problemOf(error) }),
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

  /** Does something in main; what fails is shown. @returns whether it was done */
  async do<N extends CallName>(name: N, input: CallInput<N>): Promise<boolean> {
    return await this.attempt(async () => void (await this.#bridge.call(name, input)));
  }

  /** Has a text that the person handed in looked at. @param source where it came from, in words */
  async importText(text: string, source: string): Promise<void> {
    await this.do('importText', { text: text.slice(0, textLimit), source });
  }

  /** Like {@link do}, for work of several steps. */
  async attempt(work: (bridge: Bridge) => Promise<void>): Promise<boolean> {
    this.#set({ problem: null });
    try {
      await work(this.#bridge);
      return true;
    } catch (error) {
      this.#set({ problem: problemOf(error) });
      return false;
    }
  }

  dismissProblem(): void {
    this.#set({ problem: null });
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
