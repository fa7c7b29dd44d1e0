import { app } from 'electron';
import { type Handed, handedIn } from '../imports/intake.ts';

/** Links, files and second starts from the system, kept until a consumer is registered. */
export class Outside {
  #waiting: Handed | undefined;
  #take: ((handed: Handed) => void) | undefined;

  /**
   * Listens from the very start, since macOS reports a link before the app is ready. @param onShow a start without a
   * link or file
   */
  listen(onShow: () => void): void {
    app.on('second-instance', (_event, args) => {
      const handed = handedIn(args.slice(1));
      if (handed === undefined) onShow();
      else this.hand(handed);
    });
    app.on('open-url', (event, text) => {
      event.preventDefault();
      this.hand({ kind: 'link', text });
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.hand({ kind: 'file', path });
    });
    app.on('activate', onShow);
  }

  hand(handed: Handed): void {
    if (this.#take === undefined) this.#waiting = handed;
    else this.#take(handed);
  }

  /** Passes everything to a consumer from now on, including what was kept. */
  takenBy(take: (handed: Handed) => void): void {
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) take(waiting);
  }
}
