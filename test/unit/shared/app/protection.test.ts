import { expect, test } from 'vitest';
import { isWebPage, killSwitchNotice, portalNotice } from '../../../../shared/app/protection.ts';
import { at, problem } from '../../support/app-fixtures.ts';

const on = { state: 'on', since: at, allowLan: false, isBlocking: false, problem: null } as const;
const off = { state: 'off' } as const;

test('a kill switch that blocks nothing, or that the helper has not, gets no banner', () => {
  expect(killSwitchNotice({ killSwitch: null, tunnel: off })).toBeNull();
  expect(killSwitchNotice({ killSwitch: off, tunnel: off })).toBeNull();
  expect(killSwitchNotice({ killSwitch: on, tunnel: off })).toBeNull();
});

test('a kill switch that blocks says so and why', () => {
  expect(killSwitchNotice({ killSwitch: { ...on, isBlocking: true }, tunnel: off })).toEqual({
    title: 'The kill switch blocks your traffic',
    sentence: 'It blocks all traffic, since there is no tunnel.',
  });
});

test('a kill switch that could not be carried out is not said to block', () => {
  const failed = { ...on, isBlocking: true, problem: { ...problem, code: 'kill-switch-failed' } };
  expect(killSwitchNotice({ killSwitch: failed, tunnel: off })?.title).toBe(
    'The kill switch is not in force',
  );
});

test('a network with a sign-in page offers to open it, and while it is open to close it again', () => {
  const url = 'http://portal.example.net/';
  expect(portalNotice({ portal: { state: 'none' } })).toBeNull();
  expect(portalNotice({ portal: { state: 'found', since: at, url } })).toMatchObject({ press: 'open', url });
  const open = portalNotice({ portal: { state: 'open', since: at, url, until: at } });
  expect(open).toMatchObject({ press: 'close', url });
});

test.each([
  ['http://192.0.2.1/login', true],
  ['HTTPS://portal.example.net', true],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['http:///', false],
  ['', false],
])('the page %s may be handed to the browser: %s', (url, may) => {
  expect(isWebPage(url)).toBe(may);
});
