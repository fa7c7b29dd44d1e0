import { join } from 'node:path';
import { app, type NativeImage, nativeImage, nativeTheme } from 'electron';
import type { Tone } from '../../shared/text/tone.ts';
import { system } from '../system.ts';

/** The pictures of scripts/draw-icons.mjs: one per tone; black with transparency for macOS, which colours them. */
export function trayIcon(tone: Tone): NativeImage {
  const folder = join(app.getAppPath(), 'assets', 'tray');
  if (system === 'darwin') {
    const image = nativeImage.createFromPath(join(folder, `${tone}-Template.png`));
    image.setTemplateImage(true);
    return image;
  }
  const shade = nativeTheme.shouldUseDarkColors ? 'dark' : 'light';
  return nativeImage.createFromPath(join(folder, `${tone}-${shade}.png`));
}
