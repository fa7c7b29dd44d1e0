import { join } from 'node:path';
import { app, type BrowserWindow, clipboard, shell } from 'electron';
import type { HelperClient } from '../../client/helper-client.ts';
import { changeSettings } from '../../client/profiles/change-settings.ts';
import { probePeerOf } from '../../client/profiles/probe-peer.ts';
import { forgetProfile } from '../../client/profiles/profiles.ts';
import type { ProfileStore } from '../../client/profiles/store.ts';
import { releaseKillSwitch } from '../../client/release-kill-switch.ts';
import { isWebPage } from '../../shared/app/protection.ts';
import type { AppState, Preferences } from '../../shared/contract/app-state.ts';
import type { Status } from '../../shared/contract/status.ts';
import { problemOf } from '../../shared/errors/problem.ts';
import { allowNetwork } from '../install/allow-network.ts';
import { changeApproval, installHelper, removeHelper } from '../install/installed-helper.ts';
import type { CallHandlers } from '../ipc/serve-calls.ts';
import type { HelperLink } from '../link/helper-link.ts';
import type { AppNotesFile } from '../profiles/app-notes.ts';
import type { ProfileShelf } from '../profiles/profile-shelf.ts';
import type { AppStore } from '../state/app-store.ts';
import type { Updates } from '../updates/updates.ts';
import { chooseCardPath, chooseInvite } from '../windows/file-dialogs.ts';
import type { Connection } from './connection.ts';
import { diagnosticsText } from './diagnostics-text.ts';
import type { Importing } from './importing.ts';
import { joinCardView, saveJoinCard } from './join-card-view.ts';

export interface HandlerParts {
  readonly store: AppStore;
  readonly profiles: ProfileStore;
  readonly shelf: ProfileShelf;
  readonly notes: AppNotesFile;
  readonly client: HelperClient;
  readonly link: HelperLink;
  readonly connection: Connection;
  readonly importing: Importing;
  readonly updates: Updates;
  readonly window: () => BrowserWindow | undefined;
  readonly onPageReady: () => void;
  readonly onPreferences: (preferences: Preferences) => Promise<void>;
  readonly quit: (keepConnected: boolean | undefined) => Promise<void>;
}

function isConnected({ tunnel }: AppState, profileId: string): boolean {
  return tunnel.state === 'connected' && tunnel.profileId === profileId;
}

/** The main process's handler for each call of the window. */
export function appHandlers(parts: HandlerParts): CallHandlers {
  const { store, profiles, shelf, notes, client, link, connection, importing, updates } = parts;
  return {
    state: () => {
      // The page listens once this is answered.
      setImmediate(parts.onPageReady);
      return store.state;
    },
    connect: ({ profileId }) => connection.connect(profileId),
    disconnect: () => connection.disconnect(),
    probe: async (request) => {
      await client.probe(request.controller === undefined ? {} : { controller: request.controller });
      store.update({ tunnel: (await client.status()).tunnel });
    },
    selectProfile: async ({ profileId }) => {
      await notes.change({ selectedProfileId: profileId });
      await shelf.read();
    },
    setRoute: async (request) => store.update({ tunnel: (await client.setRoute(request)).tunnel }),
    setExit: async ({ profileId, controller }) => {
      await changeSettings(profiles, profileId, { exit: controller });
      await shelf.read();
      if (isConnected(store.state, profileId)) await connection.connect(profileId);
    },
    setKillSwitch: async (request) => showProtection(store, await client.setKillSwitch(request)),
    setPortal: async (request) => {
      const { portal } = store.state;
      showProtection(store, await client.setPortal(request));
      if (request.open && portal.state !== 'none' && isWebPage(portal.url))
        await shell.openExternal(portal.url);
    },
    openInvite: async () => {
      const path = await chooseInvite(parts.window());
      if (path !== undefined) await importing.file(path);
    },
    importText: ({ text, source }) => importing.text(text.trim(), source),
    importFile: ({ path }) => importing.file(path),
    acceptReview: async ({ reviewId }) => {
      const accepted = await importing.accept(reviewId);
      shelf.forgetKeyState(accepted.profileId);
      await notes.change({ selectedProfileId: accepted.profileId });
      await shelf.read();
      return accepted;
    },
    renameReview: ({ reviewId, network, controllers }) => importing.rename(reviewId, network, controllers),
    dismissReview: () => importing.dismiss(),
    joinCard: ({ profileId }) => joinCardView(profiles, profileId),
    saveJoinCard: async ({ profileId }) => {
      const { fileName } = await joinCardView(profiles, profileId);
      const path = await chooseCardPath(parts.window(), join(app.getPath('documents'), fileName));
      if (path === undefined) return null;
      await saveJoinCard(profiles, profileId, path);
      return path;
    },
    probePeer: async ({ profileId, controller }) => ({
      lines: await probePeerOf(profiles, profileId, controller, 'left-out'),
    }),
    copyProbePeer: async ({ profileId, controller }) =>
      clipboard.writeText(`${await probePeerOf(profiles, profileId, controller, 'written-out')}\n`),
    renameProfile: async ({ profileId, label }) => {
      const { [profileId]: _before, ...others } = notes.notes.labels;
      const name = label.trim();
      await notes.change({ labels: name === '' ? others : { ...others, [profileId]: name } });
      await shelf.read();
    },
    changeProfileSettings: async ({ profileId, discovery, shortNames, listenPort }) => {
      await changeSettings(profiles, profileId, {
        ...(discovery === undefined ? {} : { discovery }),
        ...(shortNames === undefined ? {} : { shortNames }),
        ...(listenPort === undefined ? {} : { listenPort }),
      });
      await shelf.read();
    },
    forgetProfile: async ({ profileId }) => {
      if (isConnected(store.state, profileId)) await connection.disconnect();
      await forgetProfile(profiles, profileId);
      const { [profileId]: _gone, ...labels } = notes.notes.labels;
      const joined = notes.notes.joined.filter((id) => id !== profileId);
      await notes.change({ labels, joined });
      shelf.forgetKeyState(profileId);
      await shelf.read();
      await releaseKillSwitch(profiles, client);
    },
    forgetDamaged: async ({ id }) => {
      await forgetProfile(profiles, id);
      await shelf.read();
      await releaseKillSwitch(profiles, client);
    },
    setPreferences: async (change) => {
      const wanted = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      const preferences = { ...notes.notes.preferences, ...wanted };
      await parts.onPreferences(preferences);
      await notes.change({ preferences });
      store.update({ preferences });
    },
    installHelper: (choices) => whileInstalling(store, link, () => installHelper(choices)),
    setApproval: async ({ isNeeded }) => {
      await changeApproval(isNeeded);
      store.update({ helper: { state: 'ready', info: (await client.status()).helper } });
    },
    allowNetwork: async ({ profileId }) => {
      await allowNetwork(profiles, profileId);
      await connection.connect(profileId);
    },
    removeHelper: async () => {
      if (store.state.tunnel.state !== 'off') await connection.disconnect();
      await whileInstalling(store, link, removeHelper);
    },
    retryHelper: () => {
      store.update({ helper: { state: 'connecting' } });
      link.retry();
    },
    checkForUpdates: () => updates.check(),
    installUpdate: () => updates.install(),
    copyText: ({ text }) => clipboard.writeText(text),
    copyDiagnostics: async () => {
      const helper = await client.diagnostics().catch((error: unknown) => {
        const { title, cause } = problemOf(error);
        return `${title}: ${cause}`;
      });
      await clipboard.writeText(diagnosticsText(store.state, helper));
    },
    dismissProblem: () => store.update({ problem: null }),
    quit: ({ keepConnected }) => parts.quit(keepConnected),
  };
}

function showProtection(store: AppStore, { killSwitch, portal }: Status): void {
  store.update({ killSwitch: killSwitch ?? null, portal: portal ?? { state: 'none' } });
}

/** The helper goes away and comes back meanwhile: that is no trouble to show. */
async function whileInstalling(store: AppStore, link: HelperLink, work: () => Promise<void>): Promise<void> {
  const before = store.state.helper;
  link.hold(true);
  store.update({ helper: { state: 'installing' } });
  try {
    await work();
    store.update({ helper: { state: 'connecting' } });
  } catch (error) {
    store.update({ helper: before });
    throw error;
  } finally {
    link.hold(false);
  }
}
