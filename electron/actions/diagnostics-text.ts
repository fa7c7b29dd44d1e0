import type { AppState } from '../../shared/contract/app-state.ts';
import type { Diagnostics } from '../../shared/contract/control-api.ts';

/** Anything in the form of a key: 32 bytes in base64. Public keys look the same and are removed as well. */
const keyPattern = /[A-Za-z0-9+/]{43}=/g;

/** The text to copy for support: facts about the app and the helper's diagnostics, without keys. */
export function diagnosticsText(state: AppState, helper: Diagnostics | string): string {
  const { about, profiles, preferences, update } = state;
  const sections = [
    {
      title: 'App',
      text: [
        `Homing ${about.version}, Electron ${about.electron}, ${about.platform}`,
        `tray ${about.hasTray ? 'yes' : 'no'}, keyring ${about.keyring.state}, updates ${update.state}`,
        `helper ${state.helper.state}, tunnel ${state.tunnel.state}`,
        `preferences ${JSON.stringify(preferences)}`,
      ].join('\n'),
    },
    {
      title: 'Networks',
      text: profiles
        .map(
          (profile) =>
            `${profile.network} as ${profile.peer}, ${profile.origin}, serial ${profile.serial ?? '-'}, key ${profile.key.state}, ${profile.controllers.length} controllers, ${profile.machines.length} machines`,
        )
        .join('\n'),
    },
    ...(typeof helper === 'string' ? [{ title: 'Helper', text: helper }] : helper.sections),
  ];
  return sections
    .map(({ title, text }) => `## ${title}\n${text.trim()}\n`)
    .join('\n')
    .replaceAll(keyPattern, '(key)');
}
