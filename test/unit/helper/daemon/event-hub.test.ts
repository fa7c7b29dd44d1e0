import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EventHub } from '../../../../helper/daemon/event-hub.ts';
import { Timeline } from '../../../../helper/timeline/timeline.ts';
import type { HelperEvent } from '../../../../shared/contract/control-api.ts';
import type { KillSwitchStatus, Status, TunnelStatus } from '../../../../shared/contract/status.ts';

const since = '2026-01-01T00:00:00.000Z';
const off: TunnelStatus = { state: 'off' };
const connecting: TunnelStatus = { state: 'connecting', network: 'wgnet', since };

/** A hub over a tunnel that the test controls, and whose reading can fail. */
function hubOf() {
  const state: { tunnel: TunnelStatus; failure: Error | undefined; readings: number } = {
    tunnel: off,
    failure: undefined,
    readings: 0,
  };
  const changed = new Set<() => void>();
  const timeline = new Timeline(() => 0);
  const keeper = {
    onChange: (listener: () => void) => {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    status: async () => {
      state.readings += 1;
      if (state.failure !== undefined) throw state.failure;
      return state.tunnel;
    },
  };
  const protection = {
    killSwitch: { state: 'off' } as KillSwitchStatus,
    onChange: keeper.onChange,
    status: () => ({ killSwitch: protection.killSwitch, portal: { state: 'none' } as const }),
  };
  const status = async (): Promise<Status> => ({
    helper: { version: '0', apiVersion: 1, pid: 1, startedAt: since, wireguard: 'kernel', residentBytes: 1 },
    tunnel: await keeper.status(),
    ...protection.status(),
    timeline: [...timeline.decisions],
  });
  const hub = new EventHub(keeper, protection, timeline, status);
  const become = (tunnel: TunnelStatus): void => {
    state.tunnel = tunnel;
    for (const listener of changed) listener();
  };
  return { hub, state, protection, timeline, become };
}

function watch(hub: EventHub) {
  const events: HelperEvent[] = [];
  const stop = hub.subscribe((event) => events.push(event), 'all');
  onTestFinished(stop);
  return { events, stop };
}

test('a watcher gets the snapshot, then each change of the tunnel once, and each decision', async () => {
  const { hub, timeline, become } = hubOf();
  const { events } = watch(hub);
  await sleep(1);
  become(connecting);
  await sleep(1);
  become(connecting);
  await sleep(1);
  timeline.add({ kind: 'kept', reason: 'as it is' });
  expect(events.map(({ type }) => type)).toEqual(['snapshot', 'tunnel', 'decision']);
});

test('two watchers get the same events, and a removed watcher gets no more', async () => {
  const { hub, timeline } = hubOf();
  const [first, second] = [watch(hub), watch(hub)];
  await sleep(1);
  first.stop();
  timeline.add({ kind: 'kept', reason: 'as it is' });
  expect(first.events.map(({ type }) => type)).toEqual(['snapshot']);
  expect(second.events.map(({ type }) => type)).toEqual(['snapshot', 'decision']);
});

test('a watcher of changes causes no reading every second, next to a watcher of everything', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { hub, state, become } = hubOf();
  const events: HelperEvent[] = [];
  onTestFinished(hub.subscribe((event) => events.push(event), 'changes'));
  await vi.advanceTimersByTimeAsync(1);
  const before = state.readings;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state.readings).toBe(before);
  become(connecting);
  await vi.advanceTimersByTimeAsync(1);
  expect(events.map(({ type }) => type)).toEqual(['snapshot', 'tunnel']);
  const stop = hub.subscribe(() => undefined, 'all');
  await vi.advanceTimersByTimeAsync(5_000);
  const watched = state.readings;
  expect(watched).toBeGreaterThan(before + 3);
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state.readings).toBe(watched);
});

test('nothing is read without watchers, even after one left before the snapshot', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { hub, state, become } = hubOf();
  const { events, stop } = watch(hub);
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  become(connecting);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(events).toEqual([]);
  expect(state.readings).toBe(1);
});

test('a failed reading is reported once, and the next continues', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { hub, state, timeline, become } = hubOf();
  const { events } = watch(hub);
  await vi.advanceTimersByTimeAsync(1);
  state.failure = new Error('wg is away');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(timeline.decisions.map(({ kind }) => kind)).toEqual(['trouble']);
  state.failure = undefined;
  become(connecting);
  await vi.advanceTimersByTimeAsync(1);
  expect(events.map(({ type }) => type)).toEqual(['snapshot', 'decision', 'tunnel']);
});

test('a watcher that subscribes while readings fail gets the snapshot as soon as one succeeds', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { hub, state } = hubOf();
  state.failure = new Error('wg is away');
  const { events } = watch(hub);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(events).toEqual([]);
  state.failure = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(events.map(({ type }) => type)).toEqual(['snapshot']);
});

test('a watcher gets the kill switch when it changes, and when the tunnel changes what it does', async () => {
  const { hub, protection, become } = hubOf();
  const { events } = watch(hub);
  await sleep(1);
  become(off);
  await sleep(1);
  const on = { state: 'on', since, allowLan: false, isBlocking: true, problem: null } as const;
  protection.killSwitch = on;
  become(off);
  await sleep(1);
  become(off);
  await sleep(1);
  expect(events.filter(({ type }) => type === 'protection')).toEqual([
    { type: 'protection', killSwitch: on, portal: { state: 'none' } },
  ]);
});
