import type { AppState } from '../contract/app-state.ts';
import type { ControllerStatus } from '../contract/status.ts';
import { movingText, pathPlace, unreachableText } from '../text/path-words.ts';
import { millisecondsText } from '../text/quantities.ts';
import { appSituation, switchAction } from './situation.ts';

/** The tray's menu as plain data, to be compared and tested without a tray. */

export type TrayAction =
  | { readonly do: 'connect' | 'disconnect' | 'open' | 'import' | 'settings' | 'quit' }
  | { readonly do: 'select'; readonly profileId: string };

export type TrayItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly isChosen: boolean;
      readonly action: TrayAction;
    };

type TrayFacts = Pick<AppState, 'helper' | 'tunnel' | 'prediction' | 'profiles' | 'selectedProfileId'>;

/** More lines would not fit on a screen; the window shows all. */
const maxControllerLines = 12;

const separator: TrayItem = { kind: 'separator' };

function controllerLine({ name, path, isMoving, roundTripMs }: ControllerStatus): string {
  if (path === 'none') return unreachableText(name);
  if (isMoving) return movingText(name);
  const where = pathPlace[path];
  return roundTripMs === null ? `${name}: ${where}` : `${name}: ${where}, ${millisecondsText(roundTripMs)}`;
}

function controllerItems({ tunnel }: TrayFacts): readonly TrayItem[] {
  if (tunnel.state !== 'connected') return [];
  const shown = tunnel.controllers.slice(0, maxControllerLines);
  const more = tunnel.controllers.length - shown.length;
  return [
    separator,
    ...shown.map((controller): TrayItem => ({ kind: 'text', label: controllerLine(controller) })),
    ...(more > 0 ? [{ kind: 'text', label: `and ${more} more` } as const] : []),
  ];
}

function switchItem(facts: TrayFacts): readonly TrayItem[] {
  const action = switchAction(facts);
  if (action === 'nothing') return [];
  const label = action === 'connect' ? 'Connect' : 'Disconnect';
  return [{ kind: 'action', label, action: { do: action } }];
}

function profileItems({ profiles, selectedProfileId }: TrayFacts): readonly TrayItem[] {
  if (profiles.length < 2) return [];
  return [
    separator,
    ...profiles.map(({ id, label }): TrayItem => {
      const isChosen = id === selectedProfileId;
      return { kind: 'choice', label, isChosen, action: { do: 'select', profileId: id } };
    }),
  ];
}

/** The icon's tooltip: the situation as text. */
export function trayTooltip(facts: TrayFacts): string {
  const { title, detail } = appSituation(facts);
  return `Homing: ${title}. ${detail}`;
}

export function trayMenu(facts: TrayFacts): readonly TrayItem[] {
  const { title, detail } = appSituation(facts);
  const open = (label: string, to: 'open' | 'import' | 'settings' | 'quit'): TrayItem => ({
    kind: 'action',
    label,
    action: { do: to },
  });
  return [
    { kind: 'text', label: `${title}: ${detail}` },
    ...switchItem(facts),
    ...controllerItems(facts),
    ...profileItems(facts),
    separator,
    open('Open Homing', 'open'),
    open('Import an invite…', 'import'),
    open('Settings', 'settings'),
    separator,
    open('Quit', 'quit'),
  ];
}
