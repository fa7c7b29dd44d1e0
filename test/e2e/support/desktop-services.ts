import { fileURLToPath } from 'node:url';
import type { HostProcess } from '../../lab/host-process.ts';
import type { Desktop } from './desktop.ts';

/** The desktop's tray with the app's item in it, and the notifications that were shown. */

const script = fileURLToPath(new URL('desktop_services.py', import.meta.url));
const scriptInHost = '/opt/e2e/desktop_services.py';

export interface TrayEntry {
  readonly label?: string;
  readonly enabled?: boolean;
  readonly type?: string;
}

export class DesktopServices {
  readonly #process: HostProcess;
  #read = 0;

  private constructor(process: HostProcess) {
    this.#process = process;
  }

  static async start(desktop: Desktop): Promise<DesktopServices> {
    await desktop.host.bind(script, scriptInHost);
    const tray = new DesktopServices(await desktop.spawn(['/usr/bin/python3', scriptInHost]));
    await tray.#process.stdout.waitFor(/"ready"/, 10_000);
    tray.#read = tray.#process.stdout.lines.length;
    return tray;
  }

  /** Waits until the app has put its item there. */
  async registered(): Promise<void> {
    await this.#process.stdout.waitFor(/"registered"/, 15_000);
  }

  /** The entries of the current menu, from top to bottom. */
  async menu(): Promise<readonly TrayEntry[]> {
    const { menu } = await this.#ask('menu');
    return Array.isArray(menu) ? menu : [];
  }

  async labels(): Promise<readonly string[]> {
    return (await this.menu()).flatMap(({ label }) =>
      label === undefined ? [] : [label.replaceAll('_', '')],
    );
  }

  async tooltip(): Promise<string> {
    return String((await this.#ask('tooltip')).tooltip);
  }

  /** A checksum of the picture. */
  async icon(): Promise<number> {
    return Number((await this.#ask('icon')).icon);
  }

  async notifications(): Promise<readonly { readonly title: string; readonly body: string }[]> {
    const { notifications } = await this.#ask('notifications');
    return Array.isArray(notifications) ? notifications : [];
  }

  /** Clicks the newest notification. */
  async pressNotification(): Promise<void> {
    await this.#ask('press-notification');
  }

  async click(label: string): Promise<void> {
    await this.#ask(`click ${label}`);
  }

  async #ask(command: string): Promise<Readonly<Record<string, unknown>>> {
    const { lines } = this.#process.stdout;
    this.#read = lines.length;
    this.#process.write(`${command}\n`);
    const deadline = Date.now() + 10_000;
    for (;;) {
      for (; this.#read < lines.length; this.#read += 1) {
        const answer: unknown = JSON.parse(lines[this.#read] ?? '{}');
        if (typeof answer !== 'object' || answer === null || 'event' in answer) continue;
        if ('error' in answer) throw new Error(`the tray: ${String(answer.error)}`);
        return { ...answer };
      }
      if (Date.now() > deadline) throw new Error(`the tray did not answer "${command}"`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
