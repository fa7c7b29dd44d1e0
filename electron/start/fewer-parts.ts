import type { App } from 'electron';

/** Chromium's parts that the app can do without, before it is ready. */
export function fewerParts(app: App): void {
  // A few lines of text and a curve: no graphics card has to wake up for them, and the process for it stays small.
  app.disableHardwareAcceleration();
  app.commandLine.appendSwitch('disable-software-rasterizer');
  // The page has no network; what asks for updates needs no process of its own for it.
  const features = app.commandLine.getSwitchValue('enable-features').split(',');
  const all = [...features, 'NetworkServiceInProcess2'].filter((one) => one !== '');
  app.commandLine.appendSwitch('enable-features', all.join(','));
}
