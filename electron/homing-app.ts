import { join } from 'node:path';
import { app, ipcMain, nativeTheme, powerMonitor, safeStorage, session } from 'electron';
import log from 'electron-log/main';
import { HelperClient } from '../client/helper-client.ts';
import { socketPathFrom } from '../client/helper-socket.ts';
import { openStore, type ProfileStore } from '../client/profiles/store.ts';
import type { TrayAction } from '../shared/app/tray-menu.ts';
import type { AppChange, AppState, Preferences } from '../shared/contract/app-state.ts';
import type { TunnelStatus } from '../shared/contract/status.ts';
import { problemOf } from '../shared/errors/problem.ts';
import { appHandlers } from './actions/app-handlers.ts';
import { settleTunnel } from './actions/before-quit.ts';
import { Connection } from './actions/connection.ts';
import { Importing } from './actions/importing.ts';
import { keyringState, sealedKeys } from './identity/sealed-keys.ts';
import { openRequestIn } from './imports/intake.ts';
import { isHelperInstalled, packagedHelper } from './install/installed-helper.ts';
import { serveCalls } from './ipc/serve-calls.ts';
import { HelperLink } from './link/helper-link.ts';
import { Notifier } from './notifications/notifier.ts';
import { hiddenArgument, setLaunchAtLogin } from './preferences/autostart.ts';
import { AppNotesFile } from './profiles/app-notes.ts';
import { rememberJoined } from './profiles/joined.ts';
import { ProfileShelf } from './profiles/profile-shelf.ts';
import { serveAppScheme } from './shell/app-scheme.ts';
import { isOurPage, lockDown } from './shell/lockdown.ts';
import { firstState } from './start/first-state.ts';
import { OpenRequests } from './start/open-requests.ts';
import { AppStore } from './state/app-store.ts';
import { system } from './system.ts';
import { AppTray } from './tray/tray.ts';
import { desktopHasTray } from './tray/tray-host.ts';
import { Updates } from './updates/updates.ts';
import { StatusWindow } from './windows/status-window.ts';

/** How often a crashed page is reloaded before the window closes. */
const maxReloads = 3;

/** The app: creates its parts and connects them. */
export class HomingApp {
  readonly #env: NodeJS.ProcessEnv;
  readonly #client: HelperClient;
  readonly #profiles: ProfileStore;
  readonly #notes: AppNotesFile;
  readonly #window: StatusWindow;
  readonly #notifier: Notifier;
  readonly #openRequests = new OpenRequests();
  #parts: RunningParts | undefined;
  #reloads = 0;
  #isQuitting = false;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.#client = new HelperClient(socketPathFrom(env));
    this.#profiles = openStore(env, sealedKeys(safeStorage));
    this.#notes = new AppNotesFile(join(this.#profiles.directory, 'app.json'));
    this.#notifier = new Notifier({
      isWindowInFront: () => this.#window.isInFront,
      onClick: () => this.#window.show('status'),
    });
    this.#window = new StatusWindow({
      place: () => this.#notes.notes.window,
      onPlace: (window) => void this.#notes.change({ window }).catch(this.#trouble),
      onOpen: () => this.#parts?.link.watch(true),
      onClosed: () => this.#closed(),
      onGone: (reason) => {
        log.error(`the page is gone: ${reason}`);
        this.#reloads += 1;
        return this.#reloads <= maxReloads;
      },
    });
  }

  /** Listens for links and files from the system, even before the app is ready. */
  listen(): void {
    this.#openRequests.listen(() => this.#window.show());
    // The tray also shows the app; without a tray, closing the window is handled there.
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', () => {
      this.#isQuitting = true;
    });
  }

  /** @param args the app's arguments, without the program */
  async start(args: readonly string[]): Promise<void> {
    const problem = await this.#loadNotes();
    const { preferences } = this.#notes.notes;
    nativeTheme.themeSource = preferences.theme;
    const keyring = keyringState(safeStorage);
    const hasTray = await desktopHasTray();
    const updates = new Updates(this.#env, (update) => this.#parts?.store.update({ update }));
    const installer = packagedHelper() === undefined ? 'by-hand' : 'packaged';
    const update = updates.initial;
    const first = firstState({ hasTray, keyring, installer, preferences, update, problem });
    const store = new AppStore(first, () => Date.now());
    const parts = this.#build(store, updates, keyring);
    this.#parts = parts;
    this.#serve(parts);
    store.onChange((change, before, after) => this.#changed(parts, change, before, after));
    if (hasTray) parts.tray = new AppTray(store.state, (action) => this.#chosen(action));
    powerMonitor.on('resume', () => this.#resumed());
    // The helper is called while the profiles are read: both are ready when the page asks.
    parts.link.start();
    if (!args.includes(hiddenArgument) || !hasTray) this.#window.show();
    await parts.shelf.start().catch(this.#trouble);
    // A checkout is started by Electron's own program, which would open links.
    if (app.isPackaged) app.setAsDefaultProtocolClient('homing');
    updates.automatic(preferences.checkForUpdates);
    const atStart = openRequestIn(args);
    if (atStart !== undefined) this.#openRequests.deliver(atStart);
    this.#openRequests.deliverTo((request) => {
      this.#window.show();
      parts.importing.open(request).catch(this.#trouble);
    });
  }

  async #loadNotes(): Promise<AppState['problem']> {
    try {
      const aside = await this.#notes.load();
      if (aside === undefined) return null;
      return {
        code: 'notes-damaged',
        title: 'The app’s settings were damaged',
        cause: `They could not be read and were moved to ${aside}.`,
        remedy: 'Your networks are not touched. Set what you had changed once more.',
      };
    } catch (error) {
      return { ...problemOf(error) };
    }
  }

  #build(store: AppStore, updates: Updates, keyring: AppState['about']['keyring']): RunningParts {
    const nowMs = () => Date.now();
    const shelf = new ProfileShelf({
      store: this.#profiles,
      notes: this.#notes,
      keyring,
      onRead: (change) => store.update(change),
      onTrouble: this.#trouble,
    });
    let isFirst = true;
    const link = new HelperLink({
      client: this.#client,
      isInstalled: isHelperInstalled,
      onLink: (helper) => {
        store.update({
          helper,
          ...('problem' in helper ? { tunnel: { state: 'off' }, portal: { state: 'none' } } : {}),
        });
        if (helper.state !== 'ready' || !isFirst) return;
        isFirst = false;
        void this.#connectAtStart().catch(this.#trouble);
      },
      onTunnel: (tunnel) => store.update({ tunnel }),
      onProtection: (protection) => store.update(protection),
      onTimeline: (timeline) => store.update({ timeline }),
      onDecision: (decision) => store.update({ decisions: [decision] }),
    });
    const connection = new Connection(store, this.#profiles, this.#client);
    const importing = new Importing(store, this.#profiles, nowMs);
    return { store, shelf, link, connection, importing, updates, tray: undefined };
  }

  #serve(parts: RunningParts): void {
    lockDown(session.defaultSession);
    serveAppScheme(session.defaultSession, join(app.getAppPath(), 'dist/app/renderer'));
    const handlers = appHandlers({
      ...parts,
      profiles: this.#profiles,
      notes: this.#notes,
      client: this.#client,
      window: () => this.#window.browserWindow,
      onPageReady: () => this.#window.ready(),
      onPreferences: (preferences) => this.#prefer(preferences),
      quit: (keepConnected) => this.#quit(keepConnected),
    });
    serveCalls(ipcMain, handlers, isOurPage);
  }

  #changed(parts: RunningParts, change: AppChange, before: AppState, after: AppState): void {
    this.#window.send({ type: 'changed', change });
    parts.tray?.show(after);
    this.#notifier.take(before, after);
    if (change.tunnel !== undefined) void this.#remember(parts, change.tunnel).catch(this.#trouble);
  }

  async #remember(parts: RunningParts, tunnel: TunnelStatus): Promise<void> {
    if (await rememberJoined(this.#notes, tunnel)) await parts.shelf.read();
  }

  async #connectAtStart(): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined || !this.#notes.notes.preferences.connectAtStart) return;
    await parts.shelf.read();
    const { tunnel, selectedProfileId } = parts.store.state;
    if (tunnel.state !== 'off' || selectedProfileId === null) return;
    await this.#connect(parts, selectedProfileId);
  }

  /** Connects although no caller waits for the result: a failure is shown with its network, whichever is selected by then. */
  async #connect({ connection }: RunningParts, profileId: string): Promise<void> {
    await connection.connect(profileId).catch((error: unknown) => this.#report(error, profileId));
  }

  async #prefer({ theme, launchAtLogin, checkForUpdates }: Preferences): Promise<void> {
    nativeTheme.themeSource = theme;
    this.#parts?.updates.automatic(checkForUpdates);
    if (launchAtLogin === this.#notes.notes.preferences.launchAtLogin) return;
    await setLaunchAtLogin(launchAtLogin, this.#env);
  }

  /** The helper's clock detects a sleep; the app reports it at once. */
  #resumed(): void {
    if (this.#parts?.store.state.tunnel.state !== 'connected') return;
    this.#client.probe({}).catch(this.#trouble);
  }

  #chosen(action: TrayAction): void {
    const parts = this.#parts;
    if (parts === undefined) return;
    this.#act(parts, action).catch(this.#trouble);
  }

  async #act(parts: RunningParts, action: TrayAction): Promise<void> {
    const { store, shelf, connection } = parts;
    switch (action.do) {
      case 'connect':
        if (store.state.selectedProfileId !== null) await this.#connect(parts, store.state.selectedProfileId);
        return;
      case 'disconnect':
        return await connection.disconnect();
      case 'select':
        await this.#notes.change({ selectedProfileId: action.profileId });
        return await shelf.read();
      case 'quit':
        return await this.#quit(undefined);
      case 'open':
        return this.#window.show();
      case 'import':
      case 'settings':
        return this.#window.show(action.do);
    }
  }

  #closed(): void {
    this.#parts?.link.watch(false);
    if (this.#isQuitting || this.#parts?.tray !== undefined || system === 'darwin') return;
    void this.#quit(undefined).catch(this.#trouble);
  }

  /** @param keepConnected undefined: asks the user when a tunnel is up */
  async #quit(keepConnected: boolean | undefined): Promise<void> {
    const parts = this.#parts;
    const mayQuit =
      parts === undefined || (await settleTunnel(parts, this.#window.browserWindow, keepConnected));
    if (!mayQuit) return this.#window.show();
    this.#isQuitting = true;
    parts?.link.stop();
    parts?.shelf.stop();
    parts?.updates.stop();
    parts?.tray?.remove();
    this.#notifier.stop();
    app.quit();
  }

  /** Errors that no caller waits for are shown in the window and logged. */
  readonly #trouble = (error: unknown): void => this.#report(error);

  /** @param profileId of the network that was to be connected */
  #report(error: unknown, profileId?: string): void {
    const problem = problemOf(error);
    log.error(`${problem.code}: ${problem.title}: ${problem.cause}`);
    const about = profileId === undefined ? {} : { profileId };
    this.#parts?.store.update({ problem: { ...problem, ...about } });
  }
}

interface RunningParts {
  readonly store: AppStore;
  readonly shelf: ProfileShelf;
  readonly link: HelperLink;
  readonly connection: Connection;
  readonly importing: Importing;
  readonly updates: Updates;
  tray: AppTray | undefined;
}
