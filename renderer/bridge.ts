import {
  type AppBridge,
  type AppEvent,
  appEventSchema,
  type CallInput,
  type CallName,
  type CallOutput,
  callResultSchema,
  calls,
} from '../shared/contract/app-ipc.ts';
import { HomingError } from '../shared/errors/problem.ts';

declare global {
  interface Window {
    readonly homing: AppBridge;
  }
}

/** The typed calls of the main process; all results are validated. */
export interface Bridge {
  /** @throws HomingError the main process's refusal */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** @throws HomingError the main process's refusal */
  importDroppedFile(file: File): Promise<void>;
  /** @returns a function that stops it */
  onEvent(listener: (event: AppEvent) => void): () => void;
}

function opened(result: unknown): unknown {
  const parsed = callResultSchema.parse(result);
  if (parsed.ok) return parsed.value;
  throw new HomingError(parsed.problem);
}

export const bridge: Bridge = {
  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const value = opened(await window.homing.call(name, input));
    // The table's own schema has validated it: the only place where the compiler cannot follow.
    return calls[name].output.parse(value) as CallOutput<N>;
  },
  async importDroppedFile(file) {
    opened(await window.homing.importDroppedFile(file));
  },
  onEvent: (listener) => window.homing.onEvent((event) => listener(appEventSchema.parse(event))),
};
