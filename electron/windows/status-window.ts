import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, type Rectangle, screen } from 'electron';
import { eventChannel } from '../../shared/contract/app-channels.ts';
import type { AppEvent, ScreenName } from '../../shared/contract/app-ipc.ts';
import { appPage } from '../shell/app-scheme.ts';
import { system } from '../system.ts';

const firstSize = { width: 400, height: 760 };
const minSize = { minWidth: 360, minHeight: 480 };
/** As in renderer/theme/tokens.css: shown before the page is painted. */
const background = { light: '#f6f5f2', dark: '#17181b' };

export interface WindowParts {
  readonly place: () => Rectangle | null;
  readonly onPlace: (place: Rectangle) => void;
  readonly onOpen: () => void;
  readonly onClosed: () => void;
  /** The page crashed; @returns whether to reload it. */
  readonly onGone: (reason: string) => boolean;
}

/** The one window. It is destroyed when it is closed: the app lives on in the tray, and costs nothing there. */
export class StatusWindow {
  readonly #parts: WindowParts;
  #window: BrowserWindow | undefined;
  #wanted: ScreenName | undefined;

  constructor(parts: WindowParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#window !== undefined;
  }

  /** Whether the window is visible and focused. */
  get isInFront(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  get browserWindow(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Opens the window, or brings it to the front. */
  show(where?: ScreenName): void {
    this.#wanted = where;
    if (this.#window === undefined) this.#open();
    else {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.show();
      this.#window.focus();
      this.#go();
    }
  }

  send(event: AppEvent): void {
    this.#window?.webContents.send(eventChannel, event);
  }

  /** The page is loaded and listens. */
  ready(): void {
    this.#go();
  }

  #go(): void {
    if (this.#wanted !== undefined) this.send({ type: 'show', screen: this.#wanted });
    this.#wanted = undefined;
  }

  #open(): void {
    const window = new BrowserWindow({
      ...firstSize,
      ...onScreen(this.#parts.place()),
      ...minSize,
      show: false,
      title: 'Homing',
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
      ...(system === 'linux' ? { icon: join(app.getAppPath(), 'assets/icons/256x256.png') } : {}),
      webPreferences: {
        preload: join(__dirname, '../preload/preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    const place = () => this.#parts.onPlace(window.getBounds());
    window.on('close', place);
    window.on('closed', () => {
      this.#window = undefined;
      this.#parts.onClosed();
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (this.#parts.onGone(reason)) window.webContents.reload();
      else window.destroy();
    });
    this.#parts.onOpen();
    void window.loadURL(appPage);
  }
}

/** A remembered position on a disconnected screen is ignored. */
function onScreen(place: Rectangle | null): Partial<Rectangle> {
  if (place === null) return {};
  const { workArea } = screen.getDisplayMatching(place);
  const inside =
    place.x < workArea.x + workArea.width - 80 &&
    place.x + place.width > workArea.x + 80 &&
    place.y >= workArea.y - 20 &&
    place.y < workArea.y + workArea.height - 80;
  return inside ? place : { width: place.width, height: place.height };
}
