import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { HostProcess } from '../../lab/host-process.ts';
import type { Desktop } from './desktop.ts';

/**
 * The app, running on the desktop of a host, driven over Chromium's remote debugging as a browser would be: so the
 * tests drive the same package that users install, whose fuses forbid Node's inspector.
 */

const debuggingPort = 9333;
const nodeInHost = '/opt/e2e/node';
const relayInHost = '/opt/e2e/relay.mjs';

/** How to start the app: the program, and what comes before the app's own arguments. */
export type AppCommand = readonly string[];

export class RunningApp {
  readonly process: HostProcess;
  readonly browser: Browser;
  readonly #relay: HostProcess;
  readonly #server: Server;

  private constructor(process: HostProcess, browser: Browser, relay: HostProcess, server: Server) {
    this.process = process;
    this.browser = browser;
    this.#relay = relay;
    this.#server = server;
  }

  static async start(
    desktop: Desktop,
    command: AppCommand,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningApp> {
    const flag = `--remote-debugging-port=${debuggingPort}`;
    const process = await desktop.spawn([...command, flag, ...args], env);
    await process.stderr.waitFor(/DevTools listening on ws:/, 30_000);
    const socket = `/run/user/${desktop.user.uid}/relay-${process.pid}`;
    const relay = await desktop.spawn([nodeInHost, relayInHost, socket, `${debuggingPort}`]);
    await relay.stdout.waitFor(/listening/);
    const { server, port } = await listenFor(desktop.host.outsidePath(socket));
    if (!args.includes('--hidden')) await untilLoaded(port);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
    return new RunningApp(process, browser, relay, server);
  }

  /** The page of the status window, once it exists. */
  async page(timeoutMs = 10_000): Promise<Page> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const page = this.openPage();
      if (page !== undefined) {
        await page.waitForSelector('#root > *');
        return page;
      }
      if (Date.now() > deadline)
        throw new Error(`no window within ${timeoutMs} ms\n${this.process.stderr.text}`);
      await sleep(50);
    }
  }

  openPage(): Page | undefined {
    return this.browser
      .contexts()[0]
      ?.pages()
      .find((page) => page.url().startsWith('app://'));
  }

  /** Kills the app, as in a crash. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.exited;
    await this.#forget();
  }

  /** Waits until the app has ended by itself. @returns its exit status */
  async ended(): Promise<number> {
    const status = await this.process.exited;
    await this.#forget();
    return status;
  }

  async #forget(): Promise<void> {
    await this.browser.close().catch(() => undefined);
    this.#server.close();
    await this.#relay.stop();
  }
}

async function listenFor(socket: string): Promise<{ server: Server; port: number }> {
  const server = createServer((inside) => {
    const outside = connect(socket);
    inside.pipe(outside).pipe(inside);
    const end = () => {
      inside.destroy();
      outside.destroy();
    };
    inside.on('error', end).on('close', end);
    outside.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return { server, port: address.port };
}

/** Playwright loses a page that is still loading when it attaches: its title shows that it is loaded. */
async function untilLoaded(port: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const pages: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    if (JSON.stringify(pages).includes('"title":"Homing"')) return;
    await sleep(20);
  }
  throw new Error('the window has not loaded its page within 20 s');
}
