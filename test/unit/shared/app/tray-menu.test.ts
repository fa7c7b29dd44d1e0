import { expect, test } from 'vitest';
import { type TrayItem, trayMenu, trayTooltip } from '../../../../shared/app/tray-menu.ts';
import { appState, controller, problem, profile, tunnel } from '../../support/app-fixtures.ts';

function lines(items: readonly TrayItem[]): readonly string[] {
  return items.map((item) => {
    if (item.kind === 'separator') return '-';
    const mark =
      item.kind === 'choice' ? (item.isChosen ? '(*) ' : '( ) ') : item.kind === 'action' ? '> ' : '';
    return mark + item.label;
  });
}

const end = ['-', '> Open Homing', '> Import an invite…', '> Settings', '-', '> Quit'];

test('at home it has a line per controller with its path', () => {
  const controllers = [
    controller('nas', 'lan'),
    controller('vps', 'internet', { roundTripMs: 23 }),
    controller('pi', 'none'),
  ];
  expect(lines(trayMenu(appState({ tunnel: tunnel(controllers) })))).toEqual([
    'Home: Can’t reach pi',
    '> Disconnect',
    '-',
    'nas: on your LAN, 1.0 ms',
    'vps: over the internet, 23 ms',
    'Can’t reach pi',
    ...end,
  ]);
});

test('off with two networks, it lets one be chosen', () => {
  const profiles = [profile(), profile({ id: 'b'.repeat(16), label: 'Work' })];
  expect(lines(trayMenu(appState({ profiles })))).toEqual([
    'Off: Not connected to wgnet',
    '> Connect',
    '-',
    '(*) wgnet',
    '( ) Work',
    ...end,
  ]);
});

test('without a helper there is no switch', () => {
  expect(lines(trayMenu(appState({ helper: { state: 'missing', problem } })))).toEqual([
    'Not set up yet: Because.',
    ...end,
  ]);
});

test('a large network does not fill the screen', () => {
  const many = Array.from({ length: 40 }, (_, i) => controller(`c${i}`, 'internet'));
  const shown = lines(trayMenu(appState({ tunnel: tunnel(many) })));
  expect(shown).toContain('and 28 more');
  expect(shown.length).toBeLessThan(25);
});

test('the tooltip describes the situation', () => {
  expect(trayTooltip(appState())).toBe('Homing: Off. Not connected to wgnet');
});
