import { expect, test } from 'vitest';
import { canBePage, letThrough } from '../../../../helper/daemon/sign-in.ts';
import type { RouteState } from '../../../../shared/plan/route-states.ts';
import { tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { parseWgQuick } from '../../../../shared/wgquick/import.ts';

const key = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';
const file = `[Interface]
PrivateKey = ${key}
Address = 10.66.0.2/24
DNS = 10.64.0.1

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
AllowedIPs = 0.0.0.0/0, 192.168.1.0/24, 172.16.5.0/24
Endpoint = 203.0.113.10:51820
`;

const { profile } = parseWgQuick(file, 'provider.conf');
const asleep: RouteState = { range: '192.168.1.0/24', controller: 'x', state: 'asleep', instead: [] };
const live = { profile, plan: tunnelPlan(profile), routes: { states: () => [asleep] } };

test.each([
  ['198.51.100.7', true],
  ['2001:db8::7', true],
  // The router of a café with the addresses of a routed LAN, whose range sleeps here.
  ['192.168.1.1', true],
  // Inside the tunnel: its own address, its name server, a range behind it.
  ['10.66.0.2', false],
  ['10.64.0.1', false],
  ['172.16.5.9', false],
  // This computer, and nobody.
  ['127.0.0.1', false],
  ['::1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['login.example', false],
])('a sign-in page may be at %s: %s', (address, expected) => {
  expect(canBePage(address, live)).toBe(expected);
});

test('without a tunnel only this computer is excluded', () => {
  expect([canBePage('10.66.0.2', undefined), canBePage('127.0.0.1', undefined)]).toEqual([true, false]);
});

test('a network with the addresses of the tunnel is that of the café: its router may have the page, the laptop not', () => {
  const { profile } = parseWgQuick(
    file.replace('10.66.0.2/24', '10.0.0.2/24').replace('172.16.5.0/24', '10.0.0.0/24'),
    'provider.conf',
  );
  const plan = tunnelPlan(profile);
  const at = (state: 'asleep' | 'awake') => {
    const route: RouteState = { range: '10.0.0.0/24', controller: 'x', state, instead: [] };
    const there = { profile, plan, routes: { states: () => [route] } };
    return ['10.0.0.1', '10.0.0.2'].map((address) => canBePage(address, there));
  };
  expect(at('asleep')).toEqual([true, false]);
  expect(at('awake')).toEqual([false, false]);
});

test('closing goes on after a failure, and throws it', async () => {
  const steps: string[] = [];
  const failing = (step: string) => async (): Promise<never> => {
    steps.push(step);
    throw new Error(step);
  };
  const all = parseWgQuick(file.replace(', 192.168.1.0/24, 172.16.5.0/24', ''), 'provider.conf').profile;
  const parts = {
    killSwitch: { letSignIn: failing('kill switch') },
    keeper: { live: { profile: all, dns: null, routes: { letBeside: failing('routes') } } },
    dns: { apply: failing('name servers'), release: failing('release') },
  };
  await expect(letThrough(parts, null)).rejects.toThrow('kill switch');
  expect(steps).toEqual(['kill switch', 'routes', 'name servers']);
  steps.length = 0;
  await expect(letThrough(parts, { resolvers: [], hosts: ['203.0.113.10'] })).rejects.toThrow('kill switch');
  expect(steps).toEqual(['kill switch']);
});
