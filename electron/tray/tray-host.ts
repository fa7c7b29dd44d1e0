import { execFile } from 'node:child_process';
import { system } from '../system.ts';

/** Whether the desktop shows tray icons. On Linux that is so when somebody owns the watcher's name on the session bus. */

const watcher = 'org.kde.StatusNotifierWatcher';

/** Either is on every desktop with D-Bus; GLib's comes with GNOME, dbus-send with D-Bus itself. */
const askers = [
  {
    program: '/usr/bin/gdbus',
    args: [
      'call',
      '--session',
      '--dest',
      'org.freedesktop.DBus',
      '--object-path',
      '/org/freedesktop/DBus',
      '--method',
      'org.freedesktop.DBus.NameHasOwner',
      watcher,
    ],
  },
  {
    program: '/usr/bin/dbus-send',
    args: [
      '--session',
      '--print-reply=literal',
      '--dest=org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      `string:${watcher}`,
    ],
  },
];

const patienceMs = 2_000;

function output(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: patienceMs }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

/** @returns false too when nothing can be asked: then everything is in the window */
export async function desktopHasTray(): Promise<boolean> {
  if (system !== 'linux') return true;
  for (const { program, args } of askers) {
    const answer = await output(program, args);
    if (answer !== undefined) return answer.includes('true');
  }
  return false;
}
