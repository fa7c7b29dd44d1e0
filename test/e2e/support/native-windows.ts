import { setTimeout as sleep } from 'node:timers/promises';
import type { Desktop } from './desktop.ts';

/**
 * The windows of a desktop with a window manager, operated by keyboard: file dialogs, questions, and the front window.
 */

const configPath = '/etc/e2e-jwm.conf';
const config = `<?xml version="1.0"?>
<JWM><FocusModel>click</FocusModel><Desktops width="1" height="1"/></JWM>
`;
const patienceMs = 15_000;
const attempts = 4;

export class NativeWindows {
  readonly #desktop: Desktop;

  private constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  static async start(desktop: Desktop): Promise<NativeWindows> {
    await desktop.host.writeFile(configPath, config);
    await desktop.spawn(['/usr/bin/jwm', '-f', configPath]);
    return new NativeWindows(desktop);
  }

  /** Answers a file dialog. @param title its complete title @param path absolute */
  async answerWithFile(title: string, path: string): Promise<void> {
    await this.bringToFront(title);
    // A path opens a field of its own in GTK's dialog; keys typed before it is open may be lost.
    await this.#type('/');
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      await sleep(attempt * 300);
      await this.press('ctrl+a');
      await this.#type(path);
      await this.press('Return');
      if (await this.#holdsWithin(attempt * 1_000, () => this.#isGone(title))) return;
    }
    throw new Error(`the dialog "${title}" does not take ${path}`);
  }

  /** Waits for a window and focuses it. @param title its complete title */
  async bringToFront(title: string): Promise<void> {
    const id = await this.#find(title);
    await this.#xdotool(['windowactivate', '--sync', id]);
  }

  /** Waits until no window has this title. */
  async gone(title: string): Promise<void> {
    if (await this.#holdsWithin(patienceMs, () => this.#isGone(title))) return;
    throw new Error(`the window "${title}" is still there after ${patienceMs} ms`);
  }

  /** The title of the focused window. */
  async inFront(): Promise<string> {
    return (await this.#xdotool(['getactivewindow', 'getwindowname'])).trim();
  }

  /** Minimises a window, as its button does. */
  async minimise(title: string): Promise<void> {
    await this.#xdotool(['windowminimize', '--sync', await this.#find(title)]);
  }

  /** Presses keys in the focused window, by their names in X11. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#xdotool(['key', '--delay', '60', ...keys]);
  }

  async #type(text: string): Promise<void> {
    await this.#xdotool(['type', '--delay', '8', text]);
  }

  async #find(title: string): Promise<string> {
    let found: string | undefined;
    const isThere = async () => {
      found = (await this.#ids(title)).at(-1);
      return found !== undefined;
    };
    if (!(await this.#holdsWithin(patienceMs, isThere)) || found === undefined)
      throw new Error(`no window "${title}" within ${patienceMs} ms`);
    return found;
  }

  async #ids(title: string): Promise<readonly string[]> {
    const { host, user, env } = this.#desktop;
    const argv = ['/usr/bin/xdotool', 'search', '--onlyvisible', '--name', `^${title}$`];
    // Its exit status is 1 if nothing was found.
    const { stdout } = await host.exec(argv, { user, env });
    return stdout.split('\n').filter((line) => line !== '');
  }

  async #isGone(title: string): Promise<boolean> {
    return (await this.#ids(title)).length === 0;
  }

  async #holdsWithin(timeoutMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) return false;
      await sleep(50);
    }
    return true;
  }

  #xdotool(args: readonly string[]): Promise<string> {
    return this.#desktop.run(['/usr/bin/xdotool', ...args]);
  }
}
