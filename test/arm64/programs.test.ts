import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeArm64Programs } from '../../scripts/package/arm64/programs.ts';
import { bundledProgramNames } from '../../shared/install/places.ts';
import { homingVersion } from '../../shared/version.ts';

/** The programs of the arm64 packages, emulated: qemu runs each instruction of theirs, and this kernel their calls. */

const qemu = '/usr/bin/qemu-aarch64-static';
const buildTimeoutMs = 600_000;
/** Node starts in about 5 s here. */
const timeout = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'homing-arm64-'));
const socket = join(folder, 'run/s');
let helper: string;
let libraries: string;

beforeAll(async () => {
  ({ helper, libraries } = await makeArm64Programs(join(folder, 'programs')));
}, buildTimeoutMs);
afterAll(() => rmSync(folder, { recursive: true }));

function homing(args: readonly string[], input = ''): string {
  return execFileSync(qemu, ['-L', libraries, '-0', 'homing', helper, ...args], {
    encoding: 'utf8',
    input,
    env: { HOMING_CONFIG_DIR: join(folder, 'config'), HOMING_SOCKET: socket, HOME: folder },
  });
}

test.each(bundledProgramNames)('%s starts, and is inside the helper', (name) => {
  const program = join(folder, 'programs', name);
  const printed = execFileSync(qemu, ['-L', libraries, program, '--version'], { encoding: 'utf8' });
  expect(printed).toMatch(/^wireguard-(tools|go) v/);
  expect(readFileSync(helper).includes(readFileSync(program))).toBe(true);
});

test('the command line authors a network, and a laptop joins it', { timeout }, () => {
  expect(homing(['--version']).trim()).toBe(homingVersion);
  const file = ['--file', join(folder, 'network.json')];
  homing(['network', 'init', 'wgnet', ...file]);
  const key = ['--public-key', 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg='];
  homing(['network', 'add-controller', 'nas', ...key, '--private-endpoint', '192.168.1.2:51820', ...file]);
  homing(['network', 'add-peer', 'laptop', ...file]);
  homing(['import', '-', '--yes'], homing(['network', 'invite', 'laptop', ...file]));
  expect(homing(['join-card', 'wgnet'])).toMatch(/^homing-card:/);
});

test('the helper starts, answers the command line, and ends', { timeout }, async () => {
  mkdirSync(join(folder, 'run'), { mode: 0o755 });
  const options = ['--uid', '0', '--socket', socket, '--state', join(folder, 'state')];
  const running = spawn(qemu, ['-L', libraries, helper, ...options, '--hosts', join(folder, 'hosts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  running.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise((resolve) => running.once('exit', (code, signal) => resolve(signal ?? code)));
  try {
    await expect.poll(() => said, { timeout: 60_000 }).toContain('homing-helper: listening at');
    expect(JSON.parse(homing(['status', '--json']))).toMatchObject({
      helper: { version: homingVersion },
      tunnel: { state: 'off' },
    });
  } finally {
    running.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});
