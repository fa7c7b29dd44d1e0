import { expect, test } from 'vitest';
import { desktopNotificationsOf } from '../../../../shared/app/desktop-notifications.ts';
import type { Path } from '../../../../shared/contract/path.ts';
import type { Decision } from '../../../../shared/timeline/decision.ts';
import { appState, at, controller, problem, tunnel } from '../../support/app-fixtures.ts';

function live(...paths: readonly Path[]) {
  return appState({ tunnel: tunnel(paths.map((path, i) => controller(`c${i}`, path))) });
}

function titles(...change: Parameters<typeof desktopNotificationsOf>): readonly string[] {
  return desktopNotificationsOf(...change).map(({ title }) => title);
}

const moved: Decision = {
  id: 1,
  at,
  kind: 'moved',
  controller: 'c0',
  from: null,
  to: null,
  path: 'lan',
  reason: 'answered on your LAN in 0.6 ms',
  tookMs: 92,
};

test('coming home causes one notification for all controllers, with the reason', () => {
  const kept: Decision = { ...moved, id: 2, kind: 'kept', reason: 'answers on your LAN in 0.6 ms' };
  expect(desktopNotificationsOf(live('internet', 'internet'), live('lan', 'lan'), [moved, kept])).toEqual([
    { title: 'c0 and c1 on your LAN now', body: 'Answered on your LAN in 0.6 ms.' },
  ]);
});

test('a lost controller causes a notification; a move to the internet does not', () => {
  expect(titles(live('lan', 'lan'), live('none', 'internet'), [])).toEqual(['Can’t reach c0']);
});

test('a tunnel that connects or disconnects causes no notification', () => {
  expect(titles(appState(), live('lan', 'none'), [])).toEqual([]);
  expect(titles(live('lan'), appState(), [])).toEqual([]);
});

test('what needs attention: a failed tunnel, a helper that is gone, names that cannot be written', () => {
  const failed = appState({ tunnel: { state: 'failed', network: 'wgnet', since: at, problem } });
  expect(titles(appState(), failed, [])).toEqual(['It failed']);
  expect(titles(failed, failed, [])).toEqual([]);
  expect(titles(appState(), appState({ helper: { state: 'not-running', problem } }), [])).toEqual([
    'It failed',
  ]);
  expect(titles(appState(), appState({ helper: { state: 'connecting' } }), [])).toEqual([]);
  const before = live('lan');
  if (before.tunnel.state !== 'connected') throw new Error('the fixture is not connected');
  const after = appState({ tunnel: { ...before.tunnel, hosts: { names: 0, via: 'c0', problem } } });
  expect(titles(before, after, [])).toEqual(['It failed']);
});
