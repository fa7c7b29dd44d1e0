import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bodyLimitBytes } from '../../shared/contract/requests.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { rawCall, socketPath } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh } from './support/small-mesh.ts';

/**
 * Malware of the user floods the real helper while a tunnel is up: the helper stays small, answers, and keeps roaming.
 */

let mesh: SmallMesh;
let laptop: InstalledHost;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  await laptop.startHelper();
  await laptop.mustHoming(['up']);
});
afterAll(() => mesh?.destroy());

/** The helper in the proc(5) of its host, which has its own process numbers. */
function procPath(rest: string): string {
  return laptop.host.outsidePath(`/proc/${laptop.helper.pid}/${rest}`);
}

function residentMb(): number {
  const status = readFileSync(procPath('status'), 'latin1');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function children(): number {
  return readFileSync(procPath(`task/${laptop.helper.pid}/children`), 'latin1')
    .split(' ')
    .filter(Boolean).length;
}

function descriptors(): number {
  return readdirSync(procPath('fd')).length;
}

function open(): Socket {
  const socket = connect(laptop.host.outsidePath(socketPath));
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** The maximum of three figures during a flood. */
async function peaksFor(ms: number) {
  const peaks = { residentMb: 0, children: 0, descriptors: 0 };
  const end = Date.now() + ms;
  while (Date.now() < end) {
    peaks.residentMb = Math.max(peaks.residentMb, residentMb());
    peaks.children = Math.max(peaks.children, children());
    peaks.descriptors = Math.max(peaks.descriptors, descriptors());
    await sleep(20);
  }
  return peaks;
}

/** A client during or right after the flood: refused for a moment at most. */
async function expectAnswer(): Promise<void> {
  const isAnswered = async () =>
    (await rawCall(laptop.host, 'GET', '/v1/status').catch(() => ({ status: 0 }))).status;
  await expect.poll(isAnswered, { timeout: 15_000, interval: 200 }).toBe(200);
}

test.each([
  ['100 subscribers that read nothing', 'GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n', 100],
  ['200 diagnostics at once', 'GET /v1/diagnostics HTTP/1.1\r\nHost: h\r\n\r\n', 200],
  ['1,000 connections without a request', '', 1_000],
  [
    '60 bodies that never end',
    `PUT /v1/tunnel HTTP/1.1\r\nHost: h\r\nContent-Length: ${bodyLimitBytes}\r\n\r\n${'x'.repeat(bodyLimitBytes - 1)}`,
    60,
  ],
])('%s', async (what, request, count) => {
  const before = { residentMb: residentMb(), descriptors: descriptors() };
  for (let i = 0; i < count; i += 1) {
    const socket = open();
    if (request !== '') socket.write(request);
    socket.pause();
  }
  const peaks = await peaksFor(4_000);
  console.log(
    `${what}: ${before.residentMb.toFixed(0)} -> ${peaks.residentMb.toFixed(0)} MB, at most ${peaks.children} children, ${before.descriptors} -> ${peaks.descriptors} descriptors`,
  );
  expect(peaks.residentMb - before.residentMb).toBeLessThan(120);
  expect(peaks.children).toBeLessThan(20);
  expect(peaks.descriptors).toBeLessThan(256);
  await expectAnswer();
  expect((await laptop.status()).tunnel.state).toBe('connected');
});
