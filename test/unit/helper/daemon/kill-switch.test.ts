import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { KillSwitch } from '../../../../helper/daemon/kill-switch.ts';
import { KillSwitchFile } from '../../../../helper/daemon/kill-switch-setting.ts';
import { Timeline } from '../../../../helper/timeline/timeline.ts';
import type { KillSwitchRules, KillSwitchSystem } from '../../../../helper/tunnel/kill-switch.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';

const startMs = Date.parse('2026-01-05T08:00:00.000Z');
const off = { state: 'off' } as const;

/** A kernel whose rules outlive the kill switches of a test. */
class FakeFilter implements KillSwitchSystem {
  rules: KillSwitchRules | undefined;
  lan: readonly string[] = ['192.168.1.0/24'];
  failure: Error | undefined;
  clearFailure: Error | undefined;
  /** False after a failed change. */
  intact = true;
  lookFailure: Error | undefined;
  onDoubt: () => void = () => undefined;
  onNetworks: () => void = () => undefined;
  #last = '';

  async set(rules: KillSwitchRules) {
    if (this.failure !== undefined) throw this.failure;
    this.intact = true;
    this.rules = rules;
    this.#last = JSON.stringify(rules);
  }
  async clear() {
    if (this.clearFailure !== undefined) throw this.clearFailure;
    this.rules = undefined;
  }
  async isThere() {
    return this.rules !== undefined;
  }
  async isIntact() {
    if (this.lookFailure !== undefined) throw this.lookFailure;
    return this.intact && JSON.stringify(this.rules) === this.#last;
  }
  watch(onDoubt: () => void) {
    this.onDoubt = onDoubt;
    return async () => {
      this.onDoubt = () => undefined;
    };
  }
  async lanRanges() {
    return this.lan;
  }
  watchNetworks(onChange: () => void) {
    this.onNetworks = onChange;
    return async () => {
      this.onNetworks = () => undefined;
    };
  }
}

let folder: string;
let filter: FakeFilter;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homing-kill-switch-'));
  path = join(folder, 'kill-switch.json');
  filter = new FakeFilter();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A helper that starts; an earlier helper's state is in the directory and in the filter. */
async function started() {
  const timeline = new Timeline(() => startMs);
  const killSwitch = new KillSwitch({
    system: filter,
    file: new KillSwitchFile(path),
    timeline,
    now: () => startMs,
  });
  await killSwitch.start();
  return { killSwitch, timeline };
}

describe('the kill switch', () => {
  test('is off until it is turned on, and leaves nothing when it is turned off', async () => {
    const { killSwitch } = await started();
    expect([filter.rules, killSwitch.status(off)]).toEqual([undefined, { state: 'off' }]);
    await killSwitch.set({ on: true });
    expect(filter.rules).toEqual({ lan: [] });
    expect(killSwitch.status(off)).toEqual({
      state: 'on',
      since: '2026-01-05T08:00:00.000Z',
      allowLan: false,
      isBlocking: true,
      problem: null,
    });
    await killSwitch.set({ on: false });
    expect([filter.rules, existsSync(path), killSwitch.status(off)]).toEqual([
      undefined,
      false,
      { state: 'off' },
    ]);
  });

  test('is on again after a restart and after a reboot, as it was', async () => {
    const first = await started();
    await first.killSwitch.set({ on: true, allowLan: true });
    await first.killSwitch.stop();
    expect(filter.rules).toEqual({ lan: ['192.168.1.0/24'] });
    filter.rules = undefined;
    const second = await started();
    expect(filter.rules).toEqual({ lan: ['192.168.1.0/24'] });
    expect(second.killSwitch.status(off)).toMatchObject({ state: 'on', allowLan: true, problem: null });
    expect(second.timeline.decisions.map(({ kind }) => kind)).toEqual(['kill-switch']);
  });

  test('follows the networks that the laptop is in', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true, allowLan: true });
    filter.lan = ['10.0.0.0/24'];
    filter.onNetworks();
    await killSwitch.stop();
    expect(filter.rules).toEqual({ lan: ['10.0.0.0/24'] });
  });

  test('keeps whether the LAN passes when it is turned on again without saying so', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true, allowLan: true });
    await killSwitch.set({ on: true });
    expect(killSwitch.status(off)).toMatchObject({ allowLan: true });
    await killSwitch.set({ on: true, allowLan: false });
    expect(filter.rules).toEqual({ lan: [] });
  });

  test.each(['', '{}', '{"version":2}', 'not JSON'])('closes when its file holds %j', async (text) => {
    writeFileSync(path, text);
    const { killSwitch, timeline } = await started();
    expect(filter.rules).toEqual({ lan: [] });
    expect(killSwitch.status(off)).toMatchObject({
      state: 'on',
      since: null,
      isBlocking: true,
      problem: { code: 'kill-switch-damaged', remedy: expect.stringContaining('homing kill-switch') },
    });
    expect(timeline.decisions.map(({ kind }) => kind)).toEqual(['kill-switch', 'trouble']);
    await killSwitch.set({ on: false });
    expect([filter.rules, existsSync(path)]).toEqual([undefined, false]);
  });

  test('stays on when its file is gone and its rules are there', async () => {
    filter.rules = { lan: [] };
    const { killSwitch } = await started();
    expect(killSwitch.status(off)).toMatchObject({ state: 'on', since: null });
  });

  test('puts rules back that another program removed, and says so', async () => {
    const { killSwitch, timeline } = await started();
    await killSwitch.set({ on: true });
    filter.rules = undefined;
    filter.onDoubt();
    await killSwitch.stop();
    expect(filter.rules).toEqual({ lan: [] });
    expect(timeline.decisions.at(-1)?.reason).toContain('another program');
  });

  test('that cannot be turned on stays off, with the reason', async () => {
    const { killSwitch } = await started();
    filter.failure = new HomingError({
      code: 'kill-switch-failed',
      title: 'It cannot be used here',
      cause: 'The program nft is not installed.',
      remedy: 'Install nftables.',
    });
    await expect(killSwitch.set({ on: true })).rejects.toMatchObject({
      problem: { code: 'kill-switch-failed' },
    });
    expect([killSwitch.status(off), existsSync(path)]).toEqual([{ state: 'off' }, false]);
  });

  test('whose rules were set, and neither kept nor removed again, is reported as on', async () => {
    const { killSwitch } = await started();
    filter.failure = new Error('the disk is full');
    filter.clearFailure = new Error('nft failed');
    await expect(killSwitch.set({ on: true })).rejects.toThrow('the disk is full');
    expect(killSwitch.status(off)).toMatchObject({ state: 'on', problem: { code: 'kill-switch-failed' } });
    filter.clearFailure = undefined;
    await killSwitch.set({ on: false });
    expect([killSwitch.status(off), existsSync(path)]).toEqual([{ state: 'off' }, false]);
  });

  test('whose damaged file cannot be replaced keeps it, and not the setting that was refused', async () => {
    writeFileSync(path, 'not JSON');
    const { killSwitch } = await started();
    filter.failure = new Error('busy');
    await expect(killSwitch.set({ on: true, allowLan: true })).rejects.toThrow('busy');
    expect(readFileSync(path, 'utf8')).toBe('not JSON');
    await killSwitch.stop();
  });

  test('that cannot be turned off stays on, also after a restart', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true });
    filter.clearFailure = new Error('nft failed');
    await expect(killSwitch.set({ on: false })).rejects.toMatchObject({
      problem: { code: 'kill-switch-failed', cause: expect.stringContaining('nft failed') },
    });
    expect(killSwitch.status(off)).toMatchObject({ state: 'on', isBlocking: true });
    expect(readFileSync(path, 'utf8')).toContain('"allowLan":false');
  });

  test('that is not in force does not claim to block', async () => {
    writeFileSync(path, JSON.stringify({ version: 1, since: '2026-01-05T08:00:00.000Z', allowLan: false }));
    filter.failure = new Error('nft failed');
    const { killSwitch } = await started();
    expect(killSwitch.status(off)).toMatchObject({
      state: 'on',
      isBlocking: false,
      problem: { code: 'kill-switch-failed' },
    });
  });
});

describe('a packet filter that fails for a while', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('does not keep a sign-in page open', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true });
    await killSwitch.letSignIn({ resolvers: [], hosts: ['203.0.113.1'] });
    filter.failure = new Error('busy');
    await expect(killSwitch.letSignIn(undefined)).rejects.toThrow();
    filter.intact = false;
    filter.failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(filter.rules).toEqual({ lan: [] });
    expect(killSwitch.status(off)).toMatchObject({ problem: null });
    await killSwitch.stop();
  });

  test('leaves no problem behind once a look finds the rules intact', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true });
    filter.lookFailure = new Error('no buffer space available');
    filter.onDoubt();
    await vi.advanceTimersByTimeAsync(0);
    expect(killSwitch.status(off)).toMatchObject({ problem: { code: 'kill-switch-failed' } });
    filter.lookFailure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(killSwitch.status(off)).toMatchObject({ isBlocking: true, problem: null });
    await killSwitch.stop();
  });

  test('leaves the setting as it was, also for the next start', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true });
    const before = readFileSync(path, 'utf8');
    filter.failure = new Error('busy');
    await expect(killSwitch.set({ on: true, allowLan: true })).rejects.toThrow('could not be changed');
    expect(readFileSync(path, 'utf8')).toBe(before);
    filter.failure = undefined;
    filter.intact = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(filter.rules).toEqual({ lan: [] });
    await killSwitch.stop();
  });

  test('is tried again after a failed start', async () => {
    const { killSwitch } = await started();
    await killSwitch.set({ on: true });
    await killSwitch.stop();
    filter.rules = undefined;
    filter.failure = new Error('busy');
    const next = await started();
    expect(next.killSwitch.status(off)).toMatchObject({ problem: { code: 'kill-switch-failed' } });
    filter.failure = undefined;
    filter.intact = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(filter.rules).toEqual({ lan: [] });
    await next.killSwitch.stop();
  });
});
