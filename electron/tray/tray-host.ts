import { execFile } from 'node:child_process';
import { system } from '../system.ts';

/** Whether the desktop shows tray icons. On Linux it does if the watcher's name has an owner on the session bus. */

const watcher = 'org.kde.StatusNotifierWatcher';

/** Every desktop with D-Bus has one of them; GLib's comes with GNOME, dbus-send with D-Bus. */
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

/** @returns false also when it cannot be determined: then everything is in the window */
export async function desktopHasTray(): Promise<boolean> {
  if (system !== 'linux') return true;
  for (const { program, args } of askers) {
    const answer = await output(program, args);
    if (answer !== undefined) return answer.includes('true');
  }
  return false;
}
