import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { diagnosticsSchema, eventSchema, type HelperEvent } from '../../shared/contract/control-api.ts';
import { statusSchema } from '../../shared/contract/status.ts';
import type { Host } from '../lab/host.ts';
import type { HostProcess } from '../lab/host-process.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { homingCommand, type InstalledHost } from './support/installed-host.ts';
import { socketPath } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { type StoredProfile, storedProfile } from './support/stored-profile.ts';

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;
let stored: StoredProfile;

const keyPattern = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=/g;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh(['--preshared-keys']);
  laptop = mesh.laptop;
  host = laptop.host;
  stored = await storedProfile(laptop);
  await laptop.startHelper();
});
afterAll(() => mesh?.destroy());

function curlArgs(path: string, options: readonly string[]): string[] {
  return ['curl', '-sS', '--unix-socket', socketPath, ...options, `http://homing${path}`];
}

/** Calls the helper as every program of the user can: with curl, without the product's header. */
function curl(path: string, options: readonly string[] = []): Promise<string> {
  return host.run(curlArgs(path, options), { user: laptop.user });
}

/** Starts a program of the user that runs until the end of the test. */
async function watching(argv: readonly string[]): Promise<HostProcess> {
  const program = await host.spawn(argv, { user: laptop.user });
  onTestFinished(async () => {
    program.kill('SIGKILL');
    await program.exited;
  });
  return program;
}

/** What the events reported, in order: states of the tunnel (each once) and kinds of decisions. */
function storyOf(events: readonly HelperEvent[]): string[] {
  const story = events.map((event) => {
    if (event.type === 'decision') return `decision ${event.decision.kind}`;
    if (event.type === 'protection') return `kill switch ${event.killSwitch.state}`;
    return event.type === 'tunnel' ? `tunnel ${event.tunnel.state}` : `snapshot ${event.status.tunnel.state}`;
  });
  return story.filter((step, i) => step !== story[i - 1]);
}

/** Checks that steps occur in this order, whatever comes between. */
function expectInOrder(story: readonly string[], steps: readonly string[]): void {
  let at = -1;
  for (const step of steps) {
    at = story.indexOf(step, at + 1);
    expect(at, `${step} in its place in ${story.join(', ')}`).toBeGreaterThanOrEqual(0);
  }
}

const wholeStory = [
  'snapshot off',
  'tunnel connecting',
  'decision connected',
  'tunnel connected',
  'tunnel disconnecting',
  'decision disconnected',
  'tunnel off',
];

describe('with curl alone', () => {
  test('the status is read', async () => {
    expect(statusSchema.parse(JSON.parse(await curl('/v1/status'))).tunnel).toEqual({ state: 'off' });
    const headers = await curl('/v1/status', ['-i']);
    expect(headers).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(headers).toMatch(/^homing-api: 1\r$/m);
  });

  test('a tunnel is brought up and taken down', async () => {
    const { profile, privateKey } = stored;
    const body = `${laptop.user.home}/body.json`;
    await host.writeFile(body, JSON.stringify({ profile, privateKey }), 0o644);
    const up = statusSchema.parse(JSON.parse(await curl('/v1/tunnel', ['-T', body])));
    expect(up.tunnel).toMatchObject({ state: 'connected', network: 'wgnet', peer: 'laptop' });
    const probes: unknown = JSON.parse(await curl('/v1/probe', ['-X', 'POST']));
    expect(probes).toMatchObject({
      controllers: [
        {
          name: 'nas',
          candidates: expect.arrayContaining([
            expect.objectContaining({
              endpoint: `${smallMesh.nas}:51820`,
              last: expect.objectContaining({ verdict: 'verified' }),
            }),
          ]),
        },
      ],
    });
    const down = statusSchema.parse(JSON.parse(await curl('/v1/tunnel', ['-X', 'DELETE'])));
    expect(down.tunnel).toEqual({ state: 'off' });
    await host.run(['rm', body]);
  });

  test('the events are a snapshot first, then every decision and change of the tunnel', async () => {
    const stream = await watching(curlArgs('/v1/events', ['-N']));
    await stream.stdout.waitFor(/^data: .*"snapshot"/);
    await laptop.mustHoming(['up']);
    await laptop.mustHoming(['down']);
    await stream.stdout.waitFor(/^data: .*"type":"tunnel","tunnel":\{"state":"off"\}/);
    const { lines } = stream.stdout;
    const events = lines
      .filter((line) => line.startsWith('data: '))
      .map((line) => eventSchema.parse(JSON.parse(line.slice('data: '.length))));
    expect(events.filter(({ type }) => type === 'snapshot').length).toBe(1);
    expectInOrder(storyOf(events), wholeStory);
    const named = lines.filter((line) => line.startsWith('event: ')).map((line) => line.slice(7));
    expect(named).toEqual(events.map(({ type }) => type));
    const ids = events.flatMap((event) => (event.type === 'decision' ? [event.decision.id] : []));
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });
});

test('homing status --watch --json prints one event a line, and ends with a sentence when the helper does', async () => {
  const watch = await watching([...homingCommand, 'status', '--watch', '--json']);
  await watch.stdout.waitFor(/"snapshot"/);
  await laptop.mustHoming(['up']);
  await laptop.mustHoming(['down']);
  await watch.stdout.waitFor(/^\{"type":"tunnel","tunnel":\{"state":"off"\}\}$/);
  const events = watch.stdout.lines.map((line) => eventSchema.parse(JSON.parse(line)));
  expectInOrder(storyOf(events), wholeStory);
  await laptop.stopHelper();
  expect(await watch.exited).toBe(3);
  await laptop.startHelper();
});

test('a watched helper continues while wg is missing, as during an upgrade', async () => {
  await laptop.mustHoming(['up']);
  const stream = await watching(curlArgs('/v1/events', ['-N']));
  await stream.stdout.waitFor(/"snapshot"/);
  const pid = laptop.helper.pid;
  const wg = (await host.run(['which', 'wg'])).trim();
  await host.run(['mount', '--bind', '/dev/null', wg]);
  // Longer than the time after which a watched tunnel is read again.
  await sleep(1_500).finally(() => host.run(['umount', wg]));
  await laptop.mustHoming(['down']);
  await stream.stdout.waitFor(/^data: .*"type":"tunnel","tunnel":\{"state":"off"\}/);
  expect((await laptop.status()).helper.pid).toBe(pid);
});

describe('while connected, secrets are only where they are needed:', () => {
  let presharedKey: string;
  let secrets: readonly string[];

  beforeAll(async () => {
    await laptop.mustHoming(['up']);
    await laptop.until(
      'the controller was reached',
      ({ tunnel }) => tunnel.state === 'connected' && tunnel.controllers[0]?.latestHandshakeAt !== null,
    );
    const [, psk = ''] = (await host.run(['wg', 'show', 'hm-wgnet', 'preshared-keys'])).trim().split('\t');
    presharedKey = psk;
    secrets = [stored.privateKey, presharedKey];
    expect(presharedKey).toMatch(keyPattern);
    expect((await host.run(['wg', 'show', 'hm-wgnet', 'private-key'])).trim()).toBe(stored.privateKey);
  });

  /** Files of the host that hold a text, with mode and owner. */
  async function filesWith(secret: string, folders: readonly string[]): Promise<string[]> {
    const script = 'grep -rlF -- "$0" "$@" | sort | xargs -r stat -c "%n %a %u"';
    return (await host.run(['/bin/sh', '-c', script, secret, ...folders])).split('\n').filter(Boolean);
  }

  test('diagnostics hold public keys only', async () => {
    const { sections } = diagnosticsSchema.parse(JSON.parse(await curl('/v1/diagnostics')));
    expect(sections.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['status', 'wg show all', 'ip -brief address', 'ip route', '/etc/hosts']),
    );
    const printed = `${JSON.stringify(sections)}${await laptop.mustHoming(['diagnostics'])}`;
    const shown = new Set(printed.match(keyPattern));
    const nasKey = (await mesh.nas.run(['wg', 'show', 'wg0', 'public-key'])).trim();
    const ownKey = (await host.run(['wg', 'show', 'hm-wgnet', 'public-key'])).trim();
    expect([...shown].toSorted()).toEqual([nasKey, ownKey].toSorted());
    for (const secret of secrets) expect(printed).not.toContain(secret);
  });

  test('no answer and no event of the helper holds them', async () => {
    const stream = await watching(curlArgs('/v1/events', ['-N']));
    await stream.stdout.waitFor(/"snapshot"/);
    const said = `${await curl('/v1/status')}${await curl('/v1/probe', ['-X', 'POST'])}${stream.stdout.text}`;
    for (const secret of secrets) expect(said).not.toContain(secret);
  });

  test('the private key is in the file that only its user may read, and in no other', async () => {
    const folders = ['/run', '/var', '/tmp', '/etc', '/home', '/root'];
    expect(await filesWith(stored.privateKey, folders)).toEqual([`${stored.directory}/private.key 600 1000`]);
  });

  test('the preshared key is only in files that nobody but its user or root may read', async () => {
    const found = await filesWith(presharedKey, ['/run', '/var', '/tmp', '/etc', '/home', '/root']);
    expect(found).toEqual([`${stored.directory}/profile.json 600 1000`, '/run/homing/journal.json 600 0']);
  });

  test('no argument and no environment of a process holds them, and no log', async () => {
    const proc = host.outsidePath('/proc');
    const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
    const texts = await Promise.all(
      pids.flatMap((pid) =>
        ['cmdline', 'environ'].map((file) => readFile(`${proc}/${pid}/${file}`, 'latin1').catch(() => '')),
      ),
    );
    expect(texts.some((text) => text.includes('homing-helper'))).toBe(true);
    const { stdout, stderr } = laptop.helper;
    for (const secret of secrets) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      expect(`${stdout.text}${stderr.text}`).not.toContain(secret);
    }
  });

  test('no open file of a process contains them, not even an unnamed file', async () => {
    const script = [
      'for fd in /proc/[0-9]*/fd/*; do',
      '  [ -f "$fd" ] && grep -qF -- "$0" "$fd" && readlink "$fd"',
      'done; true',
    ].join('\n');
    for (const secret of secrets) expect(await host.run(['/bin/sh', '-c', script, secret])).toBe('');
  });

  test('and once disconnected the helper has none on disk', async () => {
    await laptop.mustHoming(['down']);
    for (const secret of secrets)
      expect(await filesWith(secret, ['/run', '/var', '/tmp', '/etc'])).toEqual([]);
  });
});
