import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { app } from 'electron';
import { writeAtomically } from '../../client/profiles/atomic-file.ts';
import { system } from '../system.ts';

/** Where the desktop looks for programs to start at login (XDG autostart specification). */
export function autostartPath(env: NodeJS.ProcessEnv, home: string): string {
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config');
  return join(config, 'autostart', 'homing.desktop');
}

/** Quoted as the Desktop Entry specification requires for Exec. */
function quoted(argument: string): string {
  return `"${argument.replaceAll(/[\\"`$]/g, (special) => `\\${special}`).replaceAll('%', '%%')}"`;
}

/** @param command the program and its arguments */
export function autostartEntry(command: readonly string[]): string {
  return `[Desktop Entry]
Type=Application
Name=Homing
Comment=Keeps this laptop on its private network
Exec=${command.map(quoted).join(' ')}
Icon=homing
Terminal=false
X-GNOME-Autostart-enabled=true
`;
}

/** Started at login, the app stays in the tray: no window opens. */
export const hiddenArgument = '--hidden';

/** Starts the app at login, or not. An AppImage is started by its file, since its mount path changes. */
export async function setLaunchAtLogin(wanted: boolean, env: NodeJS.ProcessEnv): Promise<void> {
  if (system === 'darwin') {
    app.setLoginItemSettings({ openAtLogin: wanted, args: [hiddenArgument] });
    return;
  }
  const path = autostartPath(env, app.getPath('home'));
  if (!wanted) return await rm(path, { force: true });
  const program = env.APPIMAGE
    ? [env.APPIMAGE]
    : [process.execPath, ...(app.isPackaged ? [] : [app.getAppPath()])];
  await mkdir(join(path, '..'), { recursive: true });
  await writeAtomically(path, autostartEntry([...program, hiddenArgument]), 0o644);
}
