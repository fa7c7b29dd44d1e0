import { app } from 'electron';
import { type Handed, handedIn } from '../imports/intake.ts';

/** What the system hands to the app from outside, by a link, a file or a second start; kept until somebody takes it. */
export class Outside {
  #waiting: Handed | undefined;
  #take: ((handed: Handed) => void) | undefined;

  /** From the very start on, since macOS tells of a link before the app is ready. @param onShow a start that hands in nothing */
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

  /** From now on somebody takes what comes, and what has come already. */
  takenBy(take: (handed: Handed) => void): void {
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) take(waiting);
  }
}
