import { expect, test, vi } from 'vitest';
import { openRequestIn } from '../../../electron/imports/intake.ts';
import { inPlaceScript, removeScript, takeoverScript } from '../../../electron/install/root-script.ts';
import { linkStateOf, pauseBeforeRetryMs } from '../../../electron/link/link-state.ts';
import { autostartEntry, autostartPath } from '../../../electron/preferences/autostart.ts';
import { bundledFile, contentPolicy } from '../../../electron/shell/app-scheme.ts';
import { problem } from '../support/app-fixtures.ts';

/** Parts of the main process that decide; Electron itself is in the e2e tests. */
vi.mock('electron', () => ({ app: {}, protocol: {} }));

test.each([
  [['--hidden', 'homing://join/x'], { kind: 'link', text: 'homing://join/x' }],
  [['/tmp/a.homing'], { kind: 'file', path: '/tmp/a.homing' }],
  [['/tmp/code.PNG'], { kind: 'file', path: '/tmp/code.PNG' }],
  [['--flag', 'WG.CONF'], { kind: 'file', path: 'WG.CONF' }],
  [['--load=/tmp/a.homing'], undefined],
  [['--remote-debugging-port=1', '/opt/app'], undefined],
  [[], undefined],
])('the arguments %j are the open request %j', (args, request) => {
  expect(openRequestIn(args)).toEqual(request);
});

test.each([
  ['app://homing/index.html', '/app/page/index.html'],
  ['app://homing/assets/a.js', '/app/page/assets/a.js'],
  ['app://homing/../main/main.cjs', undefined],
  ['app://homing/%2e%2e/%2e%2e/etc/passwd.html', '/app/page/etc/passwd.html'],
  ['app://homing/..%2fmain.html', undefined],
  ['app://elsewhere/index.html', undefined],
  ['app://homing/secret.key', undefined],
])('%s is the file %s', (url, path) => {
  expect(bundledFile('/app/page', url)).toBe(path);
});

test('the policy of the page begins with nothing and allows no inline code', () => {
  expect(contentPolicy).toMatch(/^default-src 'none'/);
  expect(contentPolicy).not.toMatch(/unsafe|\*|https?:/);
});

test.each([
  ['helper-not-running', true, 'not-running'],
  ['helper-not-running', false, 'missing'],
  ['helper-too-old', true, 'too-old'],
  ['helper-too-new', true, 'too-new'],
  ['helper-not-permitted', true, 'not-permitted'],
  ['helper-socket-unsafe', true, 'failed'],
])('the problem %s (installed: %s) is the state %s', (code, installed, state) => {
  expect(linkStateOf({ ...problem, code }, () => installed).state).toBe(state);
});

test('tries back off, less so while the window is visible', () => {
  expect([1, 2, 3, 10].map((n) => pauseBeforeRetryMs(n, false))).toEqual([250, 500, 1_000, 5_000]);
  expect(pauseBeforeRetryMs(10, true)).toBe(1_000);
});

test('the entry for the login quotes its command as the specification wants', () => {
  expect(autostartEntry(['/opt/My App/100%/"x"$', '--hidden'])).toContain(
    'Exec="/opt/My App/100%%/\\"x\\"\\$" "--hidden"\n',
  );
  expect(autostartPath({}, '/home/me')).toBe('/home/me/.config/autostart/homing.desktop');
  expect(autostartPath({ XDG_CONFIG_HOME: 'relative' }, '/home/me')).toBe(
    '/home/me/.config/autostart/homing.desktop',
  );
});

test('the command that root runs for the app means the same in two shells', () => {
  const takeover = {
    program: '/tmp/homing-install-x/homing-helper',
    sha256: 'ab'.repeat(32),
    uid: 1000,
    run: '01'.repeat(16),
  };
  const scripts = [
    takeoverScript(takeover, 'linux'),
    takeoverScript(takeover, 'darwin'),
    inPlaceScript('/usr/lib/homing-desktop/resources/helper/homing-helper', 1000),
    removeScript(undefined, 'linux'),
  ];
  for (const script of scripts) expect(script).not.toMatch(/[$`\\"]/);
  expect(scripts[0]).toMatch(
    /cp -- .* && echo .*sha256sum --check --status && chmod 755 .* && .* install --uid 1000/,
  );
});

test.each(['/tmp/$(reboot)/x', '/tmp/a"b', "/tmp/a'b", '/tmp/a;b', '/tmp/a\nb'])(
  'the path %j is refused',
  (path) => {
    expect(() => inPlaceScript(path, 1)).toThrow(/Move Homing/);
  },
);
