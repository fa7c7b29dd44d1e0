import { changeSettings, type SettingsChange } from '../../client/profiles/change-settings.ts';
import { findProfile, openStore } from '../../client/profiles/profiles.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import type { CliIo } from '../io.ts';
import { alignedRows } from '../text/table.ts';
import type { SettingsOptions } from './settings-options.ts';

function portOf(text: string): number | null {
  if (text === 'auto') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new HomingError({
    code: 'bad-option',
    title: 'The port cannot be used',
    cause: `--listen-port is ${shown(text)}, not 1 to 65535 and not auto.`,
    remedy: 'Give a free UDP port such as 51821, or auto.',
  });
}

/** The command line has let only `on` and `off` through. */
function changeOf({ discovery, shortNames, listenPort }: SettingsOptions): SettingsChange {
  return {
    ...(discovery === undefined ? {} : { discovery: discovery === 'on' }),
    ...(shortNames === undefined ? {} : { shortNames: shortNames === 'on' }),
    ...(listenPort === undefined ? {} : { listenPort: portOf(listenPort) }),
  };
}

function textOf({ settings }: Profile): string {
  const onOff = (value: boolean) => (value ? 'on' : 'off');
  const rows = [
    ['discovery', onOff(settings.discovery), 'look for controllers on the LAN by broadcast'],
    ['short-names', onOff(settings.shortNames), 'also write `nas` beside `nas.wgnet` to the hosts file'],
    ['listen-port', String(settings.listenPort ?? 'auto'), 'the UDP port of the tunnel'],
  ];
  return `${alignedRows(rows)}\n`;
}

/** Changes what was asked for. @returns the settings as they are now, to print @throws HomingError as the store */
export async function settingsText(
  io: CliIo,
  nameOrId: string | undefined,
  options: SettingsOptions,
): Promise<string> {
  const store = openStore(io.env);
  const change = changeOf(options);
  const isChange = Object.keys(change).length > 0;
  const profile = isChange
    ? await changeSettings(store, nameOrId, change)
    : await findProfile(store, nameOrId);
  if (options.json) return `${JSON.stringify(profile.settings, null, 2)}\n`;
  const { name } = profile.network;
  return `${textOf(profile)}${isChange ? `It applies at the next \`homing up ${name}\`.\n` : ''}`;
}
