import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openRequestIn } from '../../../electron/imports/intake.ts';
import {
  inPlaceScript,
  removeScript,
  replaceArguments,
  takeoverScript,
  terminalCommand,
} from '../../../electron/install/root-script.ts';
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

test('each run copies to a new directory of its own, and removes what old runs left', () => {
  const takeover = { program: '/tmp/x/homing-helper', sha256: 'ab'.repeat(32), uid: 1000 };
  const [one, other] = ['01', '02'].map((run) =>
    takeoverScript({ ...takeover, run: run.repeat(16) }, 'linux'),
  );
  const made = (script = '') => /mkdir -m 700 (\S+) \|\| exit 1/.exec(script)?.[1];
  expect(made(one)).toMatch(/^\/opt\/\.homing-install-[0-9a-f]{32}$/);
  expect(made(one)).not.toBe(made(other));
  // mkdir(1) refuses what exists: nothing of another run is removed or used.
  expect(one?.indexOf(`rm -rf ${made(one)}`)).toBeGreaterThan(one?.indexOf('mkdir') ?? 0);
  expect(one).toMatch(
    /^find \/opt -maxdepth 1 -name '\.homing-install-\*' -mmin \+60 -exec rm -rf \{\} \+; /,
  );
});

test('the shell line installs what it checked, nothing else, and leaves no directory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homing-takeover-'));
  try {
    const program = join(folder, 'helper');
    writeFileSync(program, '#!/bin/sh\necho "$0 $@"\n');
    const sha256 = createHash('sha256').update(readFileSync(program)).digest('hex');
    const run = '01'.repeat(16);
    const line = takeoverScript({ program, sha256, uid: 1000, run }, 'linux').replaceAll('/opt', folder);
    const copy = join(folder, `.homing-install-${run}/homing-helper`);
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(`${copy} install --uid 1000\n`);
    expect(readdirSync(folder)).toEqual(['helper']);
    writeFileSync(program, '#!/bin/sh\necho changed\n');
    expect(() => execFileSync('/bin/sh', ['-c', line], { stdio: 'pipe' })).toThrow();
    expect(readdirSync(folder)).toEqual(['helper']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an update of the helper names its files, and neither a user nor a setting', () => {
  const args = replaceArguments({ program: '/p', release: '/r', signature: '/s' });
  expect(args).toEqual(['replace', '--program', '/p', '--release', '/r', '--signature', '/s']);
});

test('a command for a terminal has quotes where a shell needs them', () => {
  expect(terminalCommand('/opt/homing/homing-helper', ['allow', 'wgnet'])).toBe(
    'sudo /opt/homing/homing-helper allow wgnet',
  );
  expect(terminalCommand('/Library/a b/helper', ["it's"])).toBe("sudo '/Library/a b/helper' 'it'\\''s'");
});
