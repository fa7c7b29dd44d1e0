import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { maxOpenMs, PortalWatch } from '../../../../helper/daemon/portal-watch.ts';
import { Timeline } from '../../../../helper/timeline/timeline.ts';
import type { SignInWay } from '../../../../helper/tunnel/kill-switch.ts';
import { vpsStatus } from '../../support/controller-status.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const page = 'http://login.cafe.example:8880/';
const redirect = `HTTP/1.1 302 Found\r\nLocation: ${page}`;

function controller(path: 'internet' | 'none') {
  return vpsStatus(path, [
    { endpoint: '[2001:db8::1]:51820', path: 'internet' },
    { endpoint: '203.0.113.10:51820', path: 'internet' },
    { endpoint: 'vps.example:51820', path: 'internet' },
    { endpoint: '192.168.1.2:51820', path: 'lan' },
  ]);
}

interface Faults {
  /** The error of a way that is opened. */
  readonly letThrough?: (way: SignInWay) => Error | undefined;
  readonly addresses?: readonly string[];
}

function watchOf(answer: (address: string) => string | undefined, faults: Faults = {}) {
  const asked: string[] = [];
  const ways: (SignInWay | null)[] = [];
  const timeline = new Timeline(() => Date.now());
  const probes: number[] = [];
  const watch = new PortalWatch({
    askForPage: async (address) => {
      asked.push(address);
      return answer(address);
    },
    resolvers: async () => ['192.168.1.1'],
    lookUp: async () => faults.addresses ?? ['192.168.1.1'],
    letThrough: async (way) => {
      ways.push(way);
      const error = way === null ? undefined : faults.letThrough?.(way);
      if (error !== undefined) throw error;
    },
    probe: async () => void probes.push(Date.now()),
    timeline,
    now: () => Date.now(),
  });
  return { watch, asked, ways, probes, timeline };
}

test('nothing is requested while a controller is reachable', async () => {
  const { watch, asked } = watchOf(() => redirect);
  watch.update([controller('internet')]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});

test('while none is, the controllers’ own addresses are queried at growing intervals', async () => {
  const { watch, asked } = watchOf(() => undefined);
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(5 * 60_000);
  expect(new Set(asked)).toEqual(new Set(['203.0.113.10', '2001:db8::1']));
  expect(asked.length / 2).toBeLessThan(14);
  expect(watch.status()).toEqual({ state: 'none' });
});

test('a page that is found is opened on request, and closed after a while', async () => {
  const { watch, ways, probes } = watchOf(() => redirect);
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(probes).toEqual([]);
  expect(watch.status()).toMatchObject({ state: 'found', url: page });
  await watch.setOpen(true);
  expect(ways).toEqual([
    { resolvers: ['192.168.1.1'], hosts: ['203.0.113.10'] },
    {
      resolvers: ['192.168.1.1'],
      hosts: ['203.0.113.10', '192.168.1.1'],
      page: { hosts: ['192.168.1.1'], port: 8880 },
    },
  ]);
  expect(watch.status()).toMatchObject({ state: 'open', url: page });
  await vi.advanceTimersByTimeAsync(maxOpenMs);
  expect(watch.status()).toMatchObject({ state: 'found' });
  expect(ways.at(-1)).toBeNull();
  // The controllers are probed while the user may be signing in, and no longer.
  const made = probes.length;
  expect(made).toBeGreaterThan(90);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(probes).toHaveLength(made);
});

test('losing the controllers again while a request runs starts one search, not a second beside it', async () => {
  const { watch, asked } = watchOf(() => undefined);
  for (let time = 0; time < 5; time += 1) {
    watch.update([controller('none')]);
    // The timer fires, and the request is under way when a controller answers and is lost again.
    vi.advanceTimersByTime(1_500);
    watch.update([controller('internet')]);
  }
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(0);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect((asked.length - before) / 2).toBeLessThan(6);
});

test('it is closed as soon as a controller answers', async () => {
  const { watch, ways, timeline } = watchOf(() => redirect);
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(2_000);
  await watch.setOpen(true);
  watch.update([controller('internet')]);
  await vi.advanceTimersByTimeAsync(0);
  expect([watch.status(), ways.at(-1)]).toEqual([{ state: 'none' }, null]);
  expect(timeline.decisions.map(({ kind }) => kind)).toEqual(['portal', 'portal', 'portal']);
});

test('without a page there is nothing to open', async () => {
  const { watch, ways } = watchOf(() => 'HTTP/1.1 404 Not Found');
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(watch.setOpen(true)).rejects.toMatchObject({ problem: { code: 'no-portal' } });
  await watch.setOpen(false);
  expect(ways).toEqual([]);
});

test.each(['first', 'second'])(
  'nothing stays open when the %s step of opening fails halfway',
  async (step) => {
    const { watch, ways } = watchOf(() => redirect, {
      letThrough: ({ page }) => ((page === undefined) === (step === 'first') ? new Error('busy') : undefined),
    });
    watch.update([controller('none')]);
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(watch.setOpen(true)).rejects.toMatchObject({ problem: { code: 'portal-unreachable' } });
    expect(ways).toHaveLength(step === 'first' ? 2 : 3);
    expect(ways.at(-1)).toBeNull();
    expect(watch.status()).toMatchObject({ state: 'found' });
  },
);

test('an open page that cannot be opened again is closed, and shown as closed', async () => {
  let isBusy = false;
  const { watch, ways } = watchOf(() => redirect, {
    letThrough: () => (isBusy ? new Error('busy') : undefined),
  });
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(2_000);
  await watch.setOpen(true);
  isBusy = true;
  await expect(watch.setOpen(true)).rejects.toThrow('busy');
  expect([watch.status().state, ways.at(-1)]).toEqual(['found', null]);
});

test('a page at no address that may be opened is not reported as opened', async () => {
  const { watch, ways } = watchOf(() => redirect, { addresses: [] });
  watch.update([controller('none')]);
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(watch.setOpen(true)).rejects.toMatchObject({
    problem: { cause: `${page}: none of its addresses may be opened.` },
  });
  expect([watch.status().state, ways.at(-1)]).toEqual(['found', null]);
});
