import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { launchdPlist, launchdWith } from '../../../../../helper/install/services/launchd.ts';

const service = { program: '/Library/PrivilegedHelperTools/homing-helper', uid: 501 };
let directory: string;
let file: string;
let now: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-launchd-'));
  file = join(directory, 'org.homing.helper.plist');
  now = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** launchd with a service that goes this long after `bootout`. */
function launchctl(state: { loaded: boolean; goesAfterMs: number }) {
  const commands: string[] = [];
  let goesAtMs = Number.POSITIVE_INFINITY;
  const run = async (_: string, args: readonly string[]) => {
    const [verb = ''] = args;
    if (now >= goesAtMs) state.loaded = false;
    if (verb !== 'print') commands.push(verb);
    if (verb === 'bootout') goesAtMs = now + state.goesAfterMs;
    const exitCode =
      verb === 'print' ? (state.loaded ? 0 : 113) : verb === 'bootstrap' && state.loaded ? 5 : 0;
    if (verb === 'bootstrap' && exitCode === 0) state.loaded = true;
    return { exitCode, stdout: '', stderr: '' };
  };
  const pause = async (milliseconds: number) => {
    now += milliseconds;
  };
  const runner = { run, mustRun: async () => '' };
  return { commands, manager: launchdWith({ runner, file, pause, nowMs: () => now }) };
}

describe.skipIf(process.getuid?.() !== 0)('launchd', () => {
  test('starts the helper from a property list that root alone can write to', async () => {
    const { commands, manager } = launchctl({ loaded: false, goesAfterMs: 0 });
    await manager.install(service);
    expect(commands).toEqual(['bootstrap']);
    expect(readFileSync(file, 'utf8')).toBe(launchdPlist(service));
    expect(readFileSync(file, 'utf8')).toContain('<string>org.homing.desktop</string>');
    expect(statSync(file)).toMatchObject({ mode: 0o100_644, uid: 0, gid: 0 });
  });

  test('replaces what an older version left, and waits until that is gone', async () => {
    writeFileSync(file, '<plist>of an older version</plist>');
    const { commands, manager } = launchctl({ loaded: true, goesAfterMs: 2_500 });
    await manager.install(service);
    expect(commands).toEqual(['kill', 'bootout', 'bootstrap']);
    expect(now).toBeGreaterThanOrEqual(2_500);
    expect(readFileSync(file, 'utf8')).toBe(launchdPlist(service));
  });

  test('does not wait for ever, and says what to do', async () => {
    const { manager } = launchctl({ loaded: true, goesAfterMs: Number.POSITIVE_INFINITY });
    await expect(manager.install(service)).rejects.toMatchObject({
      problem: { code: 'install-failed', remedy: 'Restart the Mac, then try again.' },
    });
    expect(now).toBeLessThan(20_000);
  });

  test('leaves no file when it is removed', async () => {
    const { commands, manager } = launchctl({ loaded: false, goesAfterMs: 300 });
    await manager.install(service);
    await manager.remove();
    expect(commands).toEqual(['bootstrap', 'bootout']);
    expect(existsSync(file)).toBe(false);
    await manager.remove();
    expect(commands).toEqual(['bootstrap', 'bootout']);
  });
});
