import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { callChannel } from '../../shared/contract/app-channels.ts';
import {
  type CallInput,
  type CallName,
  type CallOutput,
  type CallResult,
  calls,
} from '../../shared/contract/app-ipc.ts';
import { HomingError, problemOf, shown } from '../../shared/errors/problem.ts';
import { schemaProblem } from '../../shared/errors/schema-problem.ts';

/** A call without a result may have any handler. */
type Answer<N extends CallName> = CallOutput<N> extends undefined ? unknown : CallOutput<N>;

/** The main process's handler for each call of the contract. */
export type CallHandlers = {
  readonly [N in CallName]: (input: CallInput<N>) => Promise<Answer<N>> | Answer<N>;
};

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(calls, name);
}

function refused(cause: string): HomingError {
  return new HomingError({
    code: 'call-refused',
    title: 'The app refused a call of its window',
    cause,
    remedy: 'Close the window and open it again; if it comes back, report it.',
  });
}

/**
 * Answers the window's calls.
 * @param isOurs whether a call comes from the main frame of our own window, on our own page
 */
export function serveCalls(
  ipc: Pick<IpcMain, 'handle'>,
  handlers: CallHandlers,
  isOurs: (event: IpcMainInvokeEvent) => boolean,
): void {
  ipc.handle(callChannel, async (event, name: unknown, input: unknown): Promise<CallResult> => {
    try {
      if (!isOurs(event)) throw refused('It did not come from the page of the app.');
      if (!isCallName(name)) throw refused(`There is no call ${shown(name)}.`);
      return { ok: true, value: await answerCall(handlers, name, input) };
    } catch (error) {
      return { ok: false, problem: { ...problemOf(error) } };
    }
  });
}

/** @throws HomingError `call-refused` for an input that violates the contract, and the handler's errors */
export async function answerCall<N extends CallName>(
  handlers: CallHandlers,
  name: N,
  input: unknown,
): Promise<unknown> {
  const parsed = calls[name].input.safeParse(input);
  if (!parsed.success) {
    const remedy = 'Close the window and open it again; if it comes back, report it.';
    const title = 'The app refused a call of its window';
    throw schemaProblem(parsed.error, input, { code: 'call-refused', title, remedy });
  }
  const handler: (input: never) => unknown = handlers[name];
  return await handler(parsed.data as never);
}
