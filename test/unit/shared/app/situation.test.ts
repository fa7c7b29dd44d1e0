import { describe, expect, test } from 'vitest';
import { appSituation, switchAction } from '../../../../shared/app/situation.ts';
import { appState, at, controller, problem, profile, tunnel } from '../../support/app-fixtures.ts';

function said(...change: Parameters<typeof appState>): string {
  const { kind, tone, title, detail } = appSituation(appState(...change));
  return `${kind} ${tone}: ${title}. ${detail}`;
}

test.each([
  [[controller('nas', 'lan'), controller('vps', 'lan')], 'home lan: Home. All controllers on your LAN'],
  [
    [controller('nas', 'lan'), controller('vps', 'internet')],
    'home lan: Home. 1 of 2 controllers on your LAN',
  ],
  [
    [controller('nas', 'internet'), controller('vps', 'internet')],
    'away internet: Away. All controllers over the internet',
  ],
  [[controller('nas', 'lan')], 'home lan: Home. nas is on your LAN'],
  [[controller('nas', 'internet')], 'away internet: Away. nas over the internet'],
  [[controller('nas', 'none'), controller('vps', 'internet')], 'away trouble: Away. Can’t reach nas'],
  [[controller('nas', 'none')], 'unreachable trouble: Not reachable. Can’t reach nas'],
  [[controller('nas', 'internet', { isMoving: true })], 'moving connecting: Moving. nas: moving'],
  [
    [controller('nas', 'lan'), controller('vps', 'internet', { isMoving: true })],
    'home lan: Home. vps: moving',
  ],
])('paths %# give the words of the switch', (controllers, words) => {
  expect(said({ tunnel: tunnel(controllers) })).toBe(words);
});

test('a network that never answered waits for its admin, one that did cannot be reached', () => {
  const lost = { tunnel: tunnel([controller('nas', 'none')]) };
  expect(said({ ...lost, profiles: [profile({ joined: false })] })).toMatch(
    /^waiting connecting: Almost there/,
  );
  expect(said({ ...lost, profiles: [profile({ joined: true })] })).toMatch(/^unreachable/);
});

test('the requested state is shown at once, before the helper confirms it', () => {
  expect(said({ prediction: 'connecting' })).toBe('connecting connecting: Connecting. To wgnet');
  const live = { tunnel: tunnel([controller('nas', 'lan')]), prediction: 'disconnecting' as const };
  expect(said(live)).toMatch(/^disconnecting off/);
});

test('without a helper nothing else counts', () => {
  expect(said({ helper: { state: 'missing', problem }, tunnel: tunnel([controller('nas', 'lan')]) })).toBe(
    'no-helper trouble: Not set up yet. Because.',
  );
  expect(said({ helper: { state: 'connecting' } })).toMatch(/^no-helper connecting: Starting/);
});

test('a tunnel that failed says why; no network says what to do', () => {
  expect(said({ tunnel: { state: 'failed', network: 'wgnet', since: at, problem } })).toBe(
    'failed trouble: Not connected. It failed',
  );
  expect(said({ profiles: [] })).toMatch(/^no-network off/);
});

describe('the switch', () => {
  test.each([
    ['connects what is off', {}, 'connect'],
    ['disconnects what is on', { tunnel: tunnel([]) }, 'disconnect'],
    ['gives up while connecting', { prediction: 'connecting' as const }, 'disconnect'],
    ['waits while disconnecting', { prediction: 'disconnecting' as const, tunnel: tunnel([]) }, 'nothing'],
    ['does nothing without a network', { profiles: [] }, 'nothing'],
    ['does nothing without a helper', { helper: { state: 'missing' as const, problem } }, 'nothing'],
    [
      'tries again after a failure',
      { tunnel: { state: 'failed' as const, network: 'wgnet', since: at, problem } },
      'connect',
    ],
  ])('%s', (_, change, action) => {
    expect(switchAction(appState(change))).toBe(action);
  });
});
