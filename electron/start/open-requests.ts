import { app } from 'electron';
import { type OpenRequest, openRequestIn } from '../imports/intake.ts';

/** Links, files and second starts from the system, kept until a consumer is registered. */
export class OpenRequests {
  #waiting: OpenRequest | undefined;
  #consume: ((request: OpenRequest) => void) | undefined;

  /**
   * Listens from the very start, since macOS reports a link before the app is ready. @param onShow a start without a
   * link or file
   */
  listen(onShow: () => void): void {
    app.on('second-instance', (_event, args) => {
      const request = openRequestIn(args.slice(1));
      if (request === undefined) onShow();
      else this.deliver(request);
    });
    app.on('open-url', (event, text) => {
      event.preventDefault();
      this.deliver({ kind: 'link', text });
    });
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.deliver({ kind: 'file', path });
    });
    app.on('activate', onShow);
  }

  deliver(request: OpenRequest): void {
    if (this.#consume === undefined) this.#waiting = request;
    else this.#consume(request);
  }

  /** Passes everything to a consumer from now on, including what was kept. */
  deliverTo(consume: (request: OpenRequest) => void): void {
    this.#consume = consume;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) consume(waiting);
  }
}
