import { describe, expect, test } from 'vitest';
import { exitSwitches } from '../../../../shared/app/other-traffic.ts';
import type { TunnelStatus } from '../../../../shared/contract/status.ts';
import { appState, controller, problem, profile, tunnel } from '../../support/app-fixtures.ts';

const settings = { discovery: true, shortNames: false, listenPort: null };
const through = (exit: string | null) => profile({ exits: ['vps'], settings: { ...settings, exit } });
const live = { ...tunnel([controller('vps', 'internet')]), exit: 'vps' };
const dns = {
  servers: ['10.64.0.1'],
  zones: [],
  scope: 'all' as const,
  carrier: 'systemd-resolved' as const,
  problem: null,
};

test('a network without an exit has no switch', () => {
  expect(exitSwitches(appState(), profile())).toEqual([]);
});

test('a switch that is off says what goes through the tunnel, or which other exit carries the rest', () => {
  expect(exitSwitches(appState(), through(null))).toEqual([
    {
      controller: 'vps',
      isOn: false,
      canPress: true,
      sentence: 'Only what is for wgnet goes through the tunnel',
    },
  ]);
  const two = profile({ exits: ['vps', 'nas'], settings: { ...settings, exit: 'vps' } });
  expect(exitSwitches(appState(), two)[1]?.sentence).toBe('Your traffic goes through vps');
});

describe('a switch that is on says', () => {
  test.each([
    ['where names are looked up', { ...live, dns }, /LAN\. Lookups: all names at 10\.64\.0\.1$/],
    ['that lookups stay as they are', live, /Names are looked up as before$/],
    ['why lookups stay as they are', { ...live, dns: { ...dns, problem } }, /as before: Because\.$/],
    [
      'that the exit cannot be reached',
      { ...live, controllers: [controller('vps', 'none')] },
      /goes nowhere$/,
    ],
    ['that the tunnel was made without it', { ...live, exit: null }, /^With the next connection$/],
    ['that nothing is connected yet', { state: 'off' as const }, /^As soon as you are connected$/],
  ])('%s', (_, now: TunnelStatus, sentence) => {
    const status =
      'dns' in now && now.dns ? { ...now, dns: { ...now.dns, servers: [...now.dns.servers] } } : now;
    expect(exitSwitches(appState({ tunnel: status }), through('vps'))[0]?.sentence).toMatch(sentence);
  });
});

test('it cannot be pressed while the connection changes', () => {
  const [changing] = exitSwitches(appState({ prediction: 'connecting' }), through(null));
  expect(changing?.canPress).toBe(false);
});
