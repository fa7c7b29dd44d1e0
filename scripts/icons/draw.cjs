/** Runs inside Electron: draws the SVGs into PNGs. See draw-icons.mjs. */
const { app, BrowserWindow } = require('electron');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { trayGlyphs } = require('./tray-glyphs.cjs');

const assets = resolve(__dirname, '../../assets');

/**
 * @param {import('electron').BrowserWindow} window
 * @param {string} svg
 * @param {number} size
 * @param {string} path
 */
async function draw(window, svg, size, path) {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  const data = await window.webContents.executeJavaScript(`(async () => {
    const image = new Image(${size}, ${size});
    image.src = ${JSON.stringify(source)};
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = ${size};
    canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size});
    return canvas.toDataURL('image/png');
  })()`);
  writeFileSync(path, Buffer.from(data.split(',')[1], 'base64'));
}

void app.whenReady().then(async () => {
  const window = new BrowserWindow({ show: false });
  await window.loadURL('about:blank');
  mkdirSync(join(assets, 'icons'), { recursive: true });
  mkdirSync(join(assets, 'tray'), { recursive: true });
  const icon = readFileSync(join(assets, 'homing.svg'), 'utf8');
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) {
    await draw(window, icon, size, join(assets, 'icons', `${size}x${size}.png`));
  }
  for (const { name, svg } of trayGlyphs) {
    await draw(window, svg, 22, join(assets, 'tray', `${name}.png`));
    await draw(window, svg, 44, join(assets, 'tray', `${name}@2x.png`));
  }
  app.exit(0);
});
