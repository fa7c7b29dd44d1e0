import type { AppState } from '../contract/app-state.ts';
import type { ConnectedTunnel } from '../contract/status.ts';
import { pathPlace, unreachableText } from '../text/path-words.ts';
import type { Decision } from '../timeline/decision.ts';

/** A notification for when the window is not in view: few, and each worth the interruption. */
export interface DesktopNotification {
  readonly title: string;
  readonly body: string;
}

type NotificationFacts = Pick<AppState, 'helper' | 'tunnel' | 'prediction'>;

function pathsOf(tunnel: ConnectedTunnel) {
  return new Map(tunnel.controllers.map(({ name, path }) => [name, path]));
}

function named(names: readonly string[]): string {
  const [only, second] = names;
  if (only === undefined) return '';
  if (second === undefined) return only;
  return names.length === 2 ? `${only} and ${second}` : `${only} and ${names.length - 1} more`;
}

/** The reason of the last decision of that kind about one of the controllers. */
function reasonFor(timeline: readonly Decision[], kind: Decision['kind'], names: readonly string[]): string {
  const decision = timeline.findLast(
    (entry) => entry.kind === kind && entry.controller !== null && names.includes(entry.controller),
  );
  const reason = decision?.reason ?? '';
  return reason === '' ? '' : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

function whileConnected(
  before: ConnectedTunnel,
  after: ConnectedTunnel,
  timeline: readonly Decision[],
): DesktopNotification[] {
  const was = pathsOf(before);
  const became = (path: 'lan' | 'none') =>
    after.controllers
      .filter((controller) => controller.path === path && was.get(controller.name) !== path)
      .map(({ name }) => name);
  // From unreachable to the LAN is also worth a notification; a tunnel that has just connected is not.
  const home = became('lan').filter((name) => was.has(name));
  const lost = became('none').filter((name) => was.has(name));
  return [
    ...(home.length > 0
      ? [{ title: `${named(home)} ${pathPlace.lan} now`, body: reasonFor(timeline, 'moved', home) }]
      : []),
    ...(lost.length > 0
      ? [{ title: unreachableText(named(lost)), body: reasonFor(timeline, 'lost', lost) }]
      : []),
  ];
}

/** Whether two states are equal for {@link desktopNotificationsOf}: counters and times change every second. */
export function isSameForNotifications(one: NotificationFacts, other: NotificationFacts): boolean {
  return notificationKey(one) === notificationKey(other);
}

function notificationKey({ helper, tunnel }: NotificationFacts): string {
  const paths = tunnel.state === 'connected' ? [...pathsOf(tunnel)] : [];
  const hosts = tunnel.state === 'connected' ? tunnel.hosts.problem?.title : undefined;
  return JSON.stringify([helper.state, tunnel.state, paths, hosts]);
}

/** The notifications for a change. @param timeline that of `after` */
export function desktopNotificationsOf(
  before: NotificationFacts,
  after: NotificationFacts,
  timeline: readonly Decision[],
): DesktopNotification[] {
  const notices: DesktopNotification[] = [];
  if (before.tunnel.state === 'connected' && after.tunnel.state === 'connected') {
    notices.push(...whileConnected(before.tunnel, after.tunnel, timeline));
    const { problem } = after.tunnel.hosts;
    if (problem !== null && before.tunnel.hosts.problem === null) {
      notices.push({ title: problem.title, body: `${problem.cause} ${problem.remedy}` });
    }
  }
  if (after.tunnel.state === 'failed' && before.tunnel.state !== 'failed') {
    const { title, cause } = after.tunnel.problem;
    notices.push({ title, body: cause });
  }
  if (before.helper.state === 'ready' && 'problem' in after.helper) {
    const { title, cause } = after.helper.problem;
    notices.push({ title, body: cause });
  }
  return notices;
}
