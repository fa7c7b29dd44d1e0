import { completeLines, WatchingProgram } from '../../process/watching-program.ts';

/** Reloading a firewall changes many objects at once. */
const debounceMs = 20;
/** The program listens within this time after its start. */
const listeningMs = 500;

/** Watches a table for changes by one long-lived `nft monitor`. */
export class NftMonitor {
  readonly #onChange: () => void;
  readonly #monitor: WatchingProgram;
  #pending: NodeJS.Timeout | undefined;
  #listening: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param table family and name, e.g. `inet homing` */
  constructor(program: string, table: string, onChange: () => void) {
    this.#onChange = onChange;
    this.#monitor = new WatchingProgram({
      program,
      args: ['monitor'],
      reader: () =>
        completeLines((lines) => {
          if (lines.includes(table)) this.#report();
        }),
      onRestart: () => {
        this.#report();
        this.#reportOnceListening();
      },
    });
    this.#reportOnceListening();
  }

  /** What changed before the program listened was not reported. */
  #reportOnceListening(): void {
    clearTimeout(this.#listening);
    this.#listening = setTimeout(() => this.#report(), listeningMs);
  }

  #report(): void {
    if (this.#isStopped) return;
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      this.#onChange();
    }, debounceMs);
  }

  /** Ends the process and waits for it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pending);
    clearTimeout(this.#listening);
    await this.#monitor.stop();
  }
}
