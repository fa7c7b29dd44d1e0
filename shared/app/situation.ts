import type { AppState, HelperLinkState } from '../contract/app-state.ts';
import { type ShownPath, shownPath } from '../contract/path.ts';
import type { ConnectedTunnel, ControllerStatus } from '../contract/status.ts';
import { movingText, pathPlace, reachText, unreachableText } from '../text/path-words.ts';
import type { Tone } from '../text/tone.ts';

/**
 * The app's situation, which tray icon, tooltip, switch and notifications all show. Whether a controller is reachable
 * follows from its path and its handshakes, never from the switch.
 */

export interface AppSituation {
  readonly kind:
    | 'no-helper'
    | 'no-network'
    | 'off'
    | 'connecting'
    | 'waiting'
    | 'home'
    | 'away'
    | 'moving'
    | 'unreachable'
    | 'disconnecting'
    | 'failed';
  readonly tone: Tone;
  /** One or two words: `Home`, `Away`, `Off`. */
  readonly title: string;
  /** A short sentence below it. */
  readonly detail: string;
}

/** The parts of the state that determine the situation. */
export type SituationFacts = Pick<
  AppState,
  'helper' | 'tunnel' | 'prediction' | 'profiles' | 'selectedProfileId'
>;

const helperTitles: Readonly<Record<Exclude<HelperLinkState['state'], 'ready'>, string>> = {
  connecting: 'Starting',
  missing: 'Not set up yet',
  'not-running': 'The helper is not running',
  'too-old': 'The helper is too old',
  'too-new': 'Homing is too old',
  'not-permitted': 'Not your helper',
  failed: 'The helper has a problem',
  installing: 'Setting up',
};

function withoutHelper(helper: Exclude<HelperLinkState, { state: 'ready' }>): AppSituation {
  const waits = helper.state === 'connecting' || helper.state === 'installing';
  return {
    kind: 'no-helper',
    tone: waits ? 'connecting' : 'trouble',
    title: helperTitles[helper.state],
    detail: 'problem' in helper ? helper.problem.cause : 'One moment.',
  };
}

/** The controllers of a tunnel, grouped by how they are reached. */
export function reached(tunnel: ConnectedTunnel): {
  readonly lan: readonly ControllerStatus[];
  readonly internet: readonly ControllerStatus[];
  readonly none: readonly ControllerStatus[];
  readonly moving: readonly ControllerStatus[];
} {
  const by = (path: ShownPath) => tunnel.controllers.filter((controller) => shownPath(controller) === path);
  return { lan: by('lan'), internet: by('internet'), none: by('none'), moving: by('moving') };
}

/**
 * Whether no controller has this laptop's key yet, although the tunnel is up: its join card may still be on its way to
 * the admin of the network.
 */
export function isWaitingForAdmin(tunnel: ConnectedTunnel): boolean {
  return tunnel.controllers.every(
    (controller) => controller.latestHandshakeAt === null && controller.receivedBytes === 0,
  );
}

function howReached(tunnel: ConnectedTunnel): string {
  const { lan, internet, none, moving } = reached(tunnel);
  const all = tunnel.controllers.length;
  if (none.length > 0) {
    const [only] = none;
    const lost = none.length === 1 && only !== undefined ? only.name : `${none.length} of ${all} controllers`;
    return unreachableText(lost);
  }
  const [mover] = moving;
  if (mover !== undefined) {
    return movingText(moving.length === 1 ? mover.name : `${moving.length} of ${all} controllers`);
  }
  const [only] = tunnel.controllers;
  if (all === 1 && only !== undefined) {
    return reachText(only.name, shownPath(only));
  }
  if (lan.length === all) return `All controllers ${pathPlace.lan}`;
  if (internet.length === all) return `All controllers ${pathPlace.internet}`;
  return `${lan.length} of ${all} controllers ${pathPlace.lan}`;
}

function connected(tunnel: ConnectedTunnel, joined: boolean): AppSituation {
  const { lan, none, moving } = reached(tunnel);
  if (!joined && isWaitingForAdmin(tunnel)) {
    const detail = 'Waiting for the admin to add this laptop';
    return { kind: 'waiting', tone: 'connecting', title: 'Almost there', detail };
  }
  const detail = howReached(tunnel);
  if (none.length === tunnel.controllers.length) {
    return { kind: 'unreachable', tone: 'trouble', title: 'Not reachable', detail };
  }
  if (moving.length > 0 && lan.length === 0 && none.length === 0) {
    return { kind: 'moving', tone: 'connecting', title: 'Moving', detail };
  }
  const tone = none.length > 0 ? 'trouble' : lan.length > 0 ? 'lan' : 'internet';
  return lan.length > 0
    ? { kind: 'home', tone, title: 'Home', detail }
    : { kind: 'away', tone, title: 'Away', detail };
}

/** The situation of the app. */
export function appSituation(state: SituationFacts): AppSituation {
  const { helper, tunnel, prediction, profiles, selectedProfileId } = state;
  if (helper.state !== 'ready') return withoutHelper(helper);
  const profile = profiles.find(({ id }) => id === selectedProfileId) ?? profiles[0];
  if (prediction === 'connecting' || (tunnel.state === 'connecting' && prediction === null)) {
    const network = tunnel.state === 'connecting' ? tunnel.network : (profile?.label ?? 'the network');
    return { kind: 'connecting', tone: 'connecting', title: 'Connecting', detail: `To ${network}` };
  }
  if (prediction === 'disconnecting' || tunnel.state === 'disconnecting') {
    return { kind: 'disconnecting', tone: 'off', title: 'Disconnecting', detail: 'Restoring the system' };
  }
  if (tunnel.state === 'failed') {
    return { kind: 'failed', tone: 'trouble', title: 'Not connected', detail: tunnel.problem.title };
  }
  if (tunnel.state === 'connected') {
    const live = profiles.find(({ id }) => id === tunnel.profileId);
    return connected(tunnel, live?.joined ?? true);
  }
  if (profile === undefined) {
    return { kind: 'no-network', tone: 'off', title: 'No network yet', detail: 'Import an invite to begin' };
  }
  return { kind: 'off', tone: 'off', title: 'Off', detail: `Not connected to ${profile.label}` };
}

/** What pressing the switch does now; `nothing` while it is disabled. */
export function switchAction(state: SituationFacts): 'connect' | 'disconnect' | 'nothing' {
  if (state.helper.state !== 'ready') return 'nothing';
  if (state.prediction === 'disconnecting' || state.tunnel.state === 'disconnecting') return 'nothing';
  if (state.prediction === 'connecting') return 'disconnect';
  if (state.tunnel.state === 'connected' || state.tunnel.state === 'connecting') return 'disconnect';
  return state.profiles.length === 0 ? 'nothing' : 'connect';
}
