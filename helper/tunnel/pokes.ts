import type { ProgramRunner } from '../process/run.ts';

const timeoutMs = 10_000;

/** Pings in progress. */
interface Poke {
  readonly interfaceName: string;
  readonly end: AbortController;
  readonly ended: Promise<unknown>;
}

/** How one system sends three pings 200 ms apart into a tunnel; undefined without a program for that. */
export type PingCommand = (
  address: string,
  interfaceName: string,
) => { readonly program: string; readonly args: readonly string[] } | undefined;

/** Sends pings into a tunnel, so that a controller has something to answer. */
export class Pokes {
  readonly #runner: Pick<ProgramRunner, 'run'>;
  readonly #command: PingCommand;
  readonly #underWay = new Set<Poke>();

  constructor(runner: Pick<ProgramRunner, 'run'>, command: PingCommand) {
    this.#runner = runner;
    this.#command = command;
  }

  /** Three pings; the tunnel's counters show whether they are answered. */
  async poke(address: string, interfaceName: string): Promise<void> {
    const command = this.#command(address, interfaceName);
    if (command === undefined) return;
    const end = new AbortController();
    const ended = this.#runner.run(command.program, command.args, undefined, timeoutMs, end.signal);
    const poke = { interfaceName, end, ended };
    this.#underWay.add(poke);
    try {
      await ended;
    } catch (error) {
      if (!end.signal.aborted) throw error;
    } finally {
      this.#underWay.delete(poke);
    }
  }

  /** Pings take more than a second: none may remain when the interface is gone. */
  async end(interfaceName: string): Promise<void> {
    const pokes = [...this.#underWay].filter((poke) => poke.interfaceName === interfaceName);
    for (const { end } of pokes) end.abort();
    await Promise.allSettled(pokes.map(({ ended }) => ended));
  }
}
