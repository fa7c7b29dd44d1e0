import { app } from 'electron';
import log from 'electron-log/main';
import type { AppUpdater, UpdateDownloadedEvent } from 'electron-updater';
import type { UpdateState } from '../../shared/contract/app-state.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { releaseKey } from '../../shared/release/release-key.ts';
import { system } from '../system.ts';
import { checkDownload } from './signed-release.ts';

const firstCheckMs = 30_000;
const checkEveryMs = 6 * 3_600_000;

/** How this installation is updated; undefined when the app updates itself. */
export function updatesElsewhere(env: NodeJS.ProcessEnv): string | undefined {
  if (!app.isPackaged) return 'This is a development build: update the checkout.';
  if (releaseKey === undefined) return 'This build cannot verify releases: update it as you installed it.';
  if (system === 'linux' && !env.APPIMAGE) return 'Your package manager updates Homing.';
  return undefined;
}

/** Checks for newer versions, downloads them, and installs one on request. An error is a state, never a dialog. */
export class Updates {
  readonly #onState: (state: UpdateState) => void;
  readonly #elsewhere: string | undefined;
  #updater: AppUpdater | undefined;
  /** The version found, '' before. */
  #found = '';
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(env: NodeJS.ProcessEnv, onState: (state: UpdateState) => void) {
    this.#elsewhere = updatesElsewhere(env);
    this.#onState = onState;
  }

  get initial(): UpdateState {
    return this.#elsewhere === undefined
      ? { state: 'idle', checkedAt: null }
      : { state: 'elsewhere', how: this.#elsewhere };
  }

  /** Starts or stops periodic checks. */
  automatic(wanted: boolean): void {
    clearTimeout(this.#timer);
    if (!wanted || this.#elsewhere !== undefined) return;
    const next = (inMs: number) => {
      this.#timer = setTimeout(() => {
        void this.check();
        next(checkEveryMs);
      }, inMs);
    };
    next(firstCheckMs);
  }

  /** Checks for a newer version and downloads it; it then waits for the user. */
  async check(): Promise<void> {
    if (this.#elsewhere !== undefined || this.#isReady) return;
    try {
      const updater = await this.#load();
      this.#found = '';
      this.#onState({ state: 'checking' });
      const result = await updater.checkForUpdates();
      await result?.downloadPromise;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends the app and starts the new version. */
  install(): void {
    if (this.#isReady) this.#updater?.quitAndInstall();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #load(): Promise<AppUpdater> {
    if (this.#updater !== undefined) return this.#updater;
    const { autoUpdater } = await import('electron-updater');
    autoUpdater.logger = log;
    autoUpdater.autoDownload = true;
    // Closing the app is not consent to an update.
    autoUpdater.autoInstallOnAppQuit = false;
    autoUpdater.on('update-not-available', () => {
      this.#onState({ state: 'idle', checkedAt: new Date().toISOString() });
    });
    autoUpdater.on('update-available', ({ version }) => {
      this.#found = version;
      this.#onState({ state: 'downloading', version, percent: 0 });
    });
    autoUpdater.on('download-progress', ({ percent }) => {
      this.#onState({ state: 'downloading', version: this.#found, percent });
    });
    autoUpdater.on('update-downloaded', (info) => void this.#downloaded(info));
    autoUpdater.on('error', (error) => this.#failed(error));
    this.#updater = autoUpdater;
    return autoUpdater;
  }

  /** Only a release that is signed with the compiled-in key may be installed. */
  async #downloaded(info: UpdateDownloadedEvent): Promise<void> {
    try {
      const version = await checkDownload(info, info.downloadedFile);
      this.#isReady = true;
      this.#onState({ state: 'ready', version });
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#isReady = false;
    if (error instanceof HomingError) {
      this.#onState({ state: 'failed', problem: { ...error.problem } });
      return;
    }
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const cause = /^net::/.test(said) ? `The update server cannot be reached (${said})` : said;
    const what = this.#found === '' ? 'check for updates' : `fetch version ${this.#found}`;
    this.#onState({
      state: 'failed',
      problem: {
        code: 'update-failed',
        title: `Homing could not ${what}`,
        cause: /[.!?]$/.test(cause) ? cause : `${cause}.`,
        remedy: 'It tries again automatically; this version keeps working.',
      },
    });
  }
}
