import { chown, mkdir } from 'node:fs/promises';
import type { Host, HostUser } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';

/** A desktop session on a host of the lab: a screen, the session bus, and an unlocked keyring. */

const display = ':7';
const screenSize = '1280x1000x24';
const keyringPassword = 'correct horse';

const busConfigPath = '/etc/e2e-session-bus.conf';

/** A session bus that starts no service by itself: only services started by a test exist. */
function busConfig(address: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

export interface DesktopOptions {
  /** Without a keyring, private keys are kept in files. */
  readonly keyring: boolean;
}

export class Desktop {
  readonly host: Host;
  readonly user: HostUser;
  /** The environment of the session's programs. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(host: Host, user: HostUser, env: Readonly<Record<string, string>>) {
    this.host = host;
    this.user = user;
    this.env = env;
  }

  static async start(host: Host, user: HostUser, options: DesktopOptions): Promise<Desktop> {
    const runtime = `/run/user/${user.uid}`;
    const env = {
      DISPLAY: display,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
      // Chromium uses only the desktop's own keyring, and shows a tray only where one is expected.
      XDG_CURRENT_DESKTOP: 'KDE:GNOME',
      XDG_SESSION_TYPE: 'x11',
    };
    const desktop = new Desktop(host, user, env);
    const x11 = host.outsidePath('/tmp/.X11-unix');
    await mkdir(x11, { recursive: true, mode: 0o1777 });
    await chown(x11, 0, 0);
    const screen = await desktop.spawn([
      '/usr/bin/Xvfb',
      display,
      '-screen',
      '0',
      screenSize,
      '-nolisten',
      'tcp',
      '-displayfd',
      '1',
    ]);
    await screen.stdout.waitFor(/^7$/, 20_000);
    await host.writeFile(busConfigPath, busConfig(env.DBUS_SESSION_BUS_ADDRESS));
    const bus = await desktop.spawn([
      '/usr/bin/dbus-daemon',
      `--config-file=${busConfigPath}`,
      '--nofork',
      '--print-address=1',
    ]);
    await bus.stdout.waitFor(/^unix:/, 10_000);
    if (options.keyring) await desktop.unlockKeyring();
    return desktop;
  }

  spawn(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<HostProcess> {
    return this.host.spawn(argv, { user: this.user, env: { ...this.env, ...env } });
  }

  run(argv: readonly string[]): Promise<string> {
    return this.host.run(argv, { user: this.user, env: this.env });
  }

  async unlockKeyring(): Promise<void> {
    const keyring = await this.spawn([
      '/usr/bin/gnome-keyring-daemon',
      '--foreground',
      '--unlock',
      '--components=secrets',
    ]);
    keyring.write(keyringPassword);
    keyring.closeInput();
    await this.#owned('org.freedesktop.secrets');
  }

  /** Waits until a name on the session bus has an owner. */
  async #owned(name: string): Promise<void> {
    await this.run(['/usr/bin/gdbus', 'wait', '--session', '--timeout', '10', name]);
  }
}
