import { fileURLToPath } from 'node:url';
import type { Host, HostUser } from '../../lab/host.ts';
import { Desktop, type DesktopOptions } from './desktop.ts';
import { type AppCommand, RunningApp } from './running-app.ts';

/** A host of the lab with a desktop on which the app can be started. */

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Chromium finds the keyring by the name of the desktop; the tests use GNOME's on every desktop. */
const keyringFlag = '--password-store=gnome-libsecret';

export class AppHost {
  readonly host: Host;
  readonly desktop: Desktop;
  readonly #command: AppCommand;

  private constructor(host: Host, desktop: Desktop, command: AppCommand) {
    this.host = host;
    this.desktop = desktop;
    this.#command = command;
  }

  /** The packaged app, in a directory of its own. @param user of the host, the desktop's user */
  static async prepare(host: Host, user: HostUser, options: DesktopOptions): Promise<AppHost> {
    await host.bind(`${root}dist/package/linux-unpacked`, '/opt/app');
    return await AppHost.withProgram(host, user, ['/opt/app/homing-desktop'], options);
  }

  /** The app as `npm start` runs it from a checkout. @param electron the directory of the local Electron */
  static async fromCheckout(host: Host, user: HostUser, electron: string): Promise<AppHost> {
    await host.bind(electron, '/opt/electron');
    for (const part of ['dist/app', 'assets', 'package.json'])
      await host.bind(`${root}${part}`, `/opt/checkout/${part}`);
    return await AppHost.withProgram(host, user, ['/opt/electron/electron', '/opt/checkout'], {
      keyring: true,
    });
  }

  /** An app that is already on the host. */
  static async withProgram(
    host: Host,
    user: HostUser,
    command: AppCommand,
    options: DesktopOptions,
  ): Promise<AppHost> {
    await host.bind(`${root}node_modules/node/bin/node`, '/opt/e2e/node');
    await host.bind(`${root}test/e2e/support/relay.mjs`, '/opt/e2e/relay.mjs');
    return AppHost.onDesktop(await Desktop.start(host, user, options), command);
  }

  /** Another app on an existing desktop. */
  static onDesktop(desktop: Desktop, command: AppCommand): AppHost {
    return new AppHost(desktop.host, desktop, [...command, keyringFlag]);
  }

  start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
    return RunningApp.start(this.desktop, this.#command, args, env);
  }

  /** Starts the app a second time, as a link or a file does; it hands over to the first and ends. */
  async startAgain(args: readonly string[]): Promise<void> {
    await this.desktop.run([...this.#command, ...args]);
  }
}
