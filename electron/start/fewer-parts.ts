import type { App } from 'electron';

/**
 * GTK opens OpenGL at its start to choose among the screen's visuals, even for an app that draws nothing with it: the
 * driver and LLVM are in memory from then on, 34 MiB of 195 with the window closed. `GDK_GL` is GTK 3's switch
 * (GNOME/gtk, gdk/gdk.c), `GDK_DISABLE` that of GTK 4.16 and later (docs.gtk.org/gtk4/running.html).
 */
const withoutOpenGl = { GDK_GL: 'disable', GDK_DISABLE: 'gl,vulkan' } as const;

/**
 * Leaves out parts of Chromium and GTK that the app can do without; called before the app is ready.
 * @param env of this process; GTK has read it when the app is ready, and programs that the app starts get it as it was
 */
export function fewerParts(
  app: Pick<App, 'disableHardwareAcceleration' | 'commandLine' | 'whenReady'>,
  env: NodeJS.ProcessEnv,
): void {
  // A few lines of text and a curve: no graphics card has to wake up for them, and the process for it stays small.
  app.disableHardwareAcceleration();
  app.commandLine.appendSwitch('disable-software-rasterizer');
  // The page uses no network, and the update check needs no separate process.
  const features = app.commandLine.getSwitchValue('enable-features').split(',');
  const all = [...features, 'NetworkServiceInProcess2'].filter((feature) => feature !== '');
  app.commandLine.appendSwitch('enable-features', all.join(','));
  for (const [name, value] of Object.entries(withoutOpenGl)) {
    if (env[name] !== undefined) continue;
    env[name] = value;
    void app.whenReady().then(() => delete env[name]);
  }
}
