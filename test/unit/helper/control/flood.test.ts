import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { ControlledHelper } from '../../../../helper/control/api.ts';
import { type ControlLimits, controlLimits } from '../../../../helper/control/limits.ts';
import { controlServer } from '../../../../helper/control/server.ts';
import type { HelperEvent } from '../../../../shared/contract/control-api.ts';
import { bodyLimitBytes } from '../../../../shared/contract/requests.ts';
import type { Status, TunnelStatus } from '../../../../shared/contract/status.ts';

/** Malicious callers on a real socket: what they can make the helper hold stays bounded. */

const since = '2026-01-01T00:00:00.000Z';
const status: Status = {
  helper: { version: '0', apiVersion: 1, pid: 1, startedAt: since, wireguard: 'kernel', residentBytes: 1 },
  tunnel: { state: 'off' },
  timeline: [],
};
/** Some 200 kB of status, as of a network with 200 controllers. */
const bigTunnel: TunnelStatus = { state: 'connecting', network: 'w'.repeat(200_000), since };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(change: Partial<ControlledHelper> = {}, limits: ControlLimits = controlLimits) {
  const listeners = new Set<(event: HelperEvent) => void>();
  const helper: ControlledHelper = {
    status: async () => status,
    connect: async () => undefined,
    setRoute: async () => undefined,
    setKillSwitch: async () => undefined,
    setPortal: async () => undefined,
    disconnect: async () => undefined,
    probe: async () => ({ controllers: [] }),
    diagnostics: async () => ({ sections: [] }),
    subscribe: (listener) => {
      listeners.add(listener);
      listener({ type: 'snapshot', status });
      return () => listeners.delete(listener);
    },
    ...change,
  };
  const directory = mkdtempSync(join(tmpdir(), 'homing-flood-'));
  const path = join(directory, 's');
  const server = controlServer(helper, limits);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  cleanUps.push(() => {
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true });
  });
  return {
    path,
    listeners,
    emit: (event: HelperEvent) => {
      for (const listener of listeners) listener(event);
    },
  };
}

function open(path: string): Socket {
  const socket = connect(path);
  socket.on('error', () => undefined);
  cleanUps.push(() => void socket.destroy());
  return socket;
}

function hasClosed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Sends a request and reads its first bytes, then nothing more. */
async function firstBytes(socket: Socket, request: string): Promise<string> {
  socket.write(request);
  const text = await new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(String(chunk)));
    socket.once('close', () => resolve(''));
  });
  socket.pause();
  return text;
}

const watch = 'GET /v1/events HTTP/1.1\r\nHost: helper\r\n\r\n';

test('100 subscribers that read nothing: 16 are served, and their queues stay bounded', async () => {
  const { path, listeners, emit } = await serve();
  // One after the other: 64 connections at most are open at the same time.
  const answers: string[] = [];
  for (let i = 0; i < 100; i += 1) answers.push(await firstBytes(open(path), watch));
  expect(answers.filter((text) => text.startsWith('HTTP/1.1 200'))).toHaveLength(controlLimits.subscribers);
  expect(answers.filter((text) => text.startsWith('HTTP/1.1 503')).length).toBeGreaterThan(0);
  expect(listeners.size).toBe(controlLimits.subscribers);
  const before = process.memoryUsage().rss;
  // Half an hour of counters: 16 x 2,000 x 200 kB would be 6.4 GB.
  for (let i = 0; i < 2_000; i += 1) {
    emit({ type: 'tunnel', tunnel: bigTunnel });
    if (i % 20 === 0) await sleep(1);
  }
  const grownMb = (process.memoryUsage().rss - before) / 1024 ** 2;
  console.log(`2,000 states of 200 kB for 16 readers that stopped: ${grownMb.toFixed(0)} MB`);
  expect(grownMb).toBeLessThan(100);
});

test('a subscriber that stops reading is disconnected, and its slot is free again', async () => {
  const limits = { ...controlLimits, readerStallMs: 300, subscribers: 1 };
  const { path, listeners, emit } = await serve({}, limits);
  const stopped = open(path);
  expect(await firstBytes(stopped, watch)).toMatch(/^HTTP\/1.1 200/);
  expect(await firstBytes(open(path), watch)).toMatch(/^HTTP\/1.1 503/);
  const timer = setInterval(() => emit({ type: 'tunnel', tunnel: bigTunnel }), 20);
  cleanUps.push(() => clearInterval(timer));
  await expect.poll(() => listeners.size, { timeout: 5_000 }).toBe(0);
  expect(await firstBytes(open(path), watch)).toMatch(/^HTTP\/1.1 200/);
});

test('a subscriber that reads gets every decision and the newest state, however fast they come', async () => {
  const { path, listeners, emit } = await serve();
  const reader = open(path);
  let text = '';
  reader.on('data', (chunk) => (text += String(chunk)));
  reader.write(watch);
  await expect.poll(() => listeners.size).toBe(1);
  const decision = {
    at: since,
    kind: 'kept',
    controller: null,
    from: null,
    to: null,
    path: null,
    tookMs: null,
  } as const;
  for (let id = 1; id <= 200; id += 1) {
    emit({ type: 'decision', decision: { ...decision, id, reason: `number ${id} ends` } });
    emit({ type: 'tunnel', tunnel: { state: 'connecting', network: `after-${id}`, since } });
  }
  await expect.poll(() => text).toContain('after-200"');
  for (let id = 1; id <= 200; id += 1) expect(text).toContain(`number ${id} ends`);
});

test('60 bodies of 4 MiB that never end: the limit is held, the others are refused, and all are closed in time', async () => {
  const limits = { ...controlLimits, requestTimeoutMs: 6_000 };
  const { path } = await serve({}, limits);
  const head = `PUT /v1/tunnel HTTP/1.1\r\nHost: helper\r\nContent-Length: ${bodyLimitBytes}\r\n\r\n`;
  const body = 'x'.repeat(bodyLimitBytes - 1);
  let refused = 0;
  const closed = Array.from({ length: 60 }, () => {
    const socket = open(path);
    socket.on('data', (chunk) => (refused += String(chunk).includes(' 503 ') ? 1 : 0));
    socket.write(head);
    socket.write(body);
    return hasClosed(socket);
  });
  await expect.poll(() => refused, { timeout: 6_000 }).toBe(60 - limits.bodies);
  await Promise.all(closed);
});

test('connections without a request are closed, and a caller gets through meanwhile or right after', async () => {
  const limits = { ...controlLimits, idleTimeoutMs: 500 };
  const { path } = await serve({}, limits);
  const idle = Array.from({ length: 1_000 }, () => hasClosed(open(path)));
  const startedAt = performance.now();
  await Promise.all(idle);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(await firstBytes(open(path), 'GET /v1/status HTTP/1.1\r\nHost: helper\r\n\r\n')).toMatch(/ 200 /);
});

test('a caller that was answered has as long for its next request as for its first', async () => {
  const limits = { ...controlLimits, idleTimeoutMs: 300 };
  const { path } = await serve({}, limits);
  const slow = open(path);
  const whole = 'GET /v1/status HTTP/1.1\r\nHost: helper\r\n\r\n';
  expect(await firstBytes(slow, whole)).toMatch(/ 200 /);
  // Keeps Node's own timeout for idle connections from closing it.
  slow.write(whole.slice(0, -4));
  await hasClosed(slow);
});

test('a slow response is not cut off, even behind another on the same connection', async () => {
  const limits = { ...controlLimits, idleTimeoutMs: 200, requestTimeoutMs: 200 };
  const { path, listeners } = await serve({}, limits);
  const reader = open(path);
  reader.resume();
  reader.write(`GET /v1/status HTTP/1.1\r\nHost: helper\r\n\r\n${watch}`);
  await expect.poll(() => listeners.size).toBe(1);
  await sleep(600);
  expect(listeners.size).toBe(1);
});
