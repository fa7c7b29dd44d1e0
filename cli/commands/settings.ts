import { type Command, Option } from 'commander';
import { changeSettings, type SettingsChange } from '../../client/profiles/change-settings.ts';
import { findProfile } from '../../client/profiles/profiles.ts';
import { openStore } from '../../client/profiles/store.ts';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { maxListenPort, minListenPort } from '../../shared/profile/listen-port.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import type { CliIo } from '../io.ts';
import { alignedRows } from '../text/table.ts';
import { collected, renameOf } from './option-values.ts';

function switchOption(flags: string, description: string): Option {
  return new Option(flags, description).choices(['on', 'off']);
}

/** `homing settings`: prints and changes this laptop's settings of a network. */
export function addSettingsCommand(program: Command, io: CliIo): void {
  program
    .command('settings')
    .description('show or change the settings of a network')
    .argument('[profile]', 'its name; not needed when there is only one')
    .addOption(switchOption('--discovery <on|off>', 'look for controllers on the LAN by broadcast'))
    .addOption(
      switchOption('--short-names <on|off>', 'also write `nas` beside `nas.wgnet` to the hosts file'),
    )
    .option('--exit <controller>', 'send all traffic through this controller, or off')
    .option('--listen-port <port>', 'a fixed UDP port, or auto')
    .option('--rename <old=new>', 'rename a machine of a WireGuard file; may be repeated', collected)
    .option('--json', 'print JSON')
    .action(async (profile: string | undefined, options: SettingsOptions) => {
      io.stdout.write(await settingsText(io, profile, options));
    });
}

function portOf(text: string): number | null {
  if (text === 'auto') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= minListenPort && port <= maxListenPort) return port;
  throw new HomingError({
    code: 'bad-option',
    title: 'The port cannot be used',
    cause: `--listen-port is ${shown(text)}, not ${minListenPort} to ${maxListenPort} and not auto.`,
    remedy: 'Give a free UDP port such as 51821, or auto.',
  });
}

/** The command line allows only `on` and `off`. */
function changeOf({ discovery, shortNames, listenPort, exit, rename }: SettingsOptions): SettingsChange {
  return {
    ...(discovery === undefined ? {} : { discovery: discovery === 'on' }),
    ...(shortNames === undefined ? {} : { shortNames: shortNames === 'on' }),
    ...(listenPort === undefined ? {} : { listenPort: portOf(listenPort) }),
    ...(exit === undefined ? {} : { exit: exit === 'off' ? null : exit }),
    ...(rename === undefined ? {} : { rename: new Map(rename.map(renameOf)) }),
  };
}

function textOf({ settings }: Profile): string {
  const onOff = (value: boolean) => (value ? 'on' : 'off');
  const rows = [
    ['discovery', onOff(settings.discovery), 'look for controllers on the LAN by broadcast'],
    ['short-names', onOff(settings.shortNames), 'also write `nas` beside `nas.wgnet` to the hosts file'],
    ['exit', settings.exit ?? 'off', 'the controller that all traffic goes through'],
    ['listen-port', String(settings.listenPort ?? 'auto'), 'the UDP port of the tunnel'],
  ];
  return `${alignedRows(rows)}\n`;
}

/** Applies the given options. @returns the settings as they are now, to print @throws HomingError as the store */
async function settingsText(
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

/** The given options of `homing settings`, as text. */
interface SettingsOptions {
  readonly discovery?: string;
  readonly shortNames?: string;
  readonly listenPort?: string;
  readonly exit?: string;
  readonly rename?: readonly string[];
  readonly json?: true;
}
