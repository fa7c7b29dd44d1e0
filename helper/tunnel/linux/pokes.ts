import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';

const timeoutMs = 10_000;

/** Pings under way. */
interface Poke {
  readonly interfaceName: string;
  readonly end: AbortController;
  readonly ended: Promise<unknown>;
}

/** Sends pings into a tunnel, so that a controller has something to answer. */
export class Pokes {
  readonly #runner: ProgramRunner;
  readonly #underWay = new Set<Poke>();

  constructor(runner: ProgramRunner) {
    this.#runner = runner;
  }

  /** Three pings; whether they are answered shows in the counters of the tunnel, whoever else talks. */
  async poke(address: string, interfaceName: string): Promise<void> {
    const ping = findProgram('ping');
    if (ping === undefined) return;
    const args = ['-q', '-c', '3', '-i', '0.2', '-W', '1', '-I', interfaceName, address];
    const end = new AbortController();
    const ended = this.#runner.run(ping, args, undefined, timeoutMs, end.signal);
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

  /** Pings go on for more than a second: none may be left when the interface is gone. */
  async end(interfaceName: string): Promise<void> {
    const pokes = [...this.#underWay].filter((poke) => poke.interfaceName === interfaceName);
    for (const { end } of pokes) end.abort();
    await Promise.allSettled(pokes.map(({ ended }) => ended));
  }
}
