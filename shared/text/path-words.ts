import type { Path, ShownPath } from '../contract/path.ts';

/** The words for a path, used by the window, the tray, the timeline, notifications and the CLI. */

/** A label on its own: a tag, a cell of a table. */
export const pathLabel: Readonly<Record<ShownPath, string>> = {
  lan: 'On your LAN',
  internet: 'Over the internet',
  none: 'Can’t reach',
  moving: 'Moving',
};

type UsablePath = Exclude<Path, 'none'>;

/** Where something is or happens: `nas is on your LAN`, `answered over the internet`. */
export const pathPlace: Readonly<Record<UsablePath, string>> = {
  lan: 'on your LAN',
  internet: 'over the internet',
};

/** Where a move goes: `nas moved to your LAN`. */
export const pathGoal: Readonly<Record<UsablePath, string>> = {
  lan: 'to your LAN',
  internet: 'to the internet',
};

/** The network itself: `the internet answered in 41 ms`. */
export const pathNetwork: Readonly<Record<UsablePath, string>> = {
  lan: 'the LAN',
  internet: 'the internet',
};

/** The side that an endpoint belongs to: `LAN`, `Internet`. */
export const endpointSide: Readonly<Record<UsablePath, string>> = { lan: 'LAN', internet: 'Internet' };

/** One or several controllers cannot be reached. */
export function unreachableText(what: string): string {
  return `Can’t reach ${what}`;
}

/** The path of one or several controllers is changing and not verified yet. */
export function movingText(what: string): string {
  return `${what}: moving`;
}

/** How one controller is reached, as a phrase: `nas is on your LAN`, `nas over the internet`, `Can’t reach nas`. */
export function reachText(name: string, path: ShownPath): string {
  if (path === 'none') return unreachableText(name);
  if (path === 'moving') return movingText(name);
  return path === 'lan' ? `${name} is ${pathPlace.lan}` : `${name} ${pathPlace.internet}`;
}
