import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import { CrashCells, type CrashStep, cellsOfThisRun, untilStep } from './support/crash-cells.ts';
import { homingCommand, type InstalledHost } from './support/installed-host.ts';
import { createSmallMesh, type SmallMesh } from './support/small-mesh.ts';

/**
 * Generated: the client killed at every step of its changes to the store: import, update, forget, settings. App and command line
 * share this code (client/profiles/). After each cell the store holds the whole network or none of it, the operation succeeds when
 * repeated, and no draft and no private key of a removed network is left.
 */

const random = randomForTests();
const cells = new CrashCells();
const store = '/tmp/crash-store';

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  await host.writeFile('/tmp/first.homing', await mesh.network.invite('laptop'));
  await mesh.network.addPeer('phone');
  await host.writeFile('/tmp/second.homing', await mesh.network.invite('laptop'));
});
afterAll(() => mesh?.destroy());

const environment = ['/usr/bin/env', `HOMING_CONFIG_DIR=${store}`];

function homing(args: readonly string[]) {
  return host.exec([...environment, ...homingCommand, ...args], { user: laptop.user });
}

function names(path: string): readonly string[] {
  try {
    return readdirSync(host.outsidePath(path));
  } catch {
    return [];
  }
}

const profiles = `${store}/profiles`;
const draft = () => names(profiles).find((name) => name.startsWith('.new-'));
const inDraft = (file: string) => () => {
  const name = draft();
  return (name !== undefined && existsSync(host.outsidePath(`${profiles}/${name}/${file}`))) || isInPlace();
};
const id = () => names(profiles).find((name) => !name.startsWith('.'));
const isInPlace = () => id() !== undefined;
function fileText(name: string): string {
  try {
    return readFileSync(host.outsidePath(`${profiles}/${id()}/${name}`), 'utf8');
  } catch {
    return '';
  }
}

interface Operation {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether the network is imported before. */
  readonly startsWith: 'nothing' | 'the network';
  readonly steps: readonly CrashStep[];
  /** What a repetition may print when the killed command had done it all. */
  readonly done: RegExp;
  /** The number of networks afterwards. */
  readonly networks: 0 | 1;
}

let inviteBefore = '';
let profileBefore = '';

const operations: readonly Operation[] = [
  {
    name: 'import',
    command: ['import', '/tmp/first.homing', '--yes'],
    startsWith: 'nothing',
    steps: [
      ['the store is there', () => existsSync(host.outsidePath(profiles))],
      ['the draft is there', () => draft() !== undefined || isInPlace()],
      ['the key is written', inDraft('private.key')],
      ['the invite is written', inDraft('invite.homing')],
      ['the profile is written', inDraft('profile.json')],
      ['it is in place', isInPlace],
    ],
    done: /already imported/,
    networks: 1,
  },
  {
    name: 'update',
    command: ['import', '/tmp/second.homing', '--yes'],
    startsWith: 'the network',
    steps: [
      ['the lock is there', () => existsSync(host.outsidePath(`${store}/profiles.lock`))],
      ['the invite is newer', () => fileText('invite.homing') !== inviteBefore],
      ['the profile is newer', () => fileText('profile.json') !== profileBefore],
    ],
    done: /already imported/,
    networks: 1,
  },
  {
    name: 'settings',
    command: ['settings', '--short-names', 'on'],
    startsWith: 'the network',
    steps: [
      ['the lock is there', () => existsSync(host.outsidePath(`${store}/profiles.lock`))],
      ['the profile is changed', () => fileText('profile.json') !== profileBefore],
    ],
    done: /./,
    networks: 1,
  },
  {
    name: 'forget',
    command: ['forget', 'wgnet', '--yes'],
    startsWith: 'the network',
    steps: [
      ['the lock is there', () => existsSync(host.outsidePath(`${store}/profiles.lock`))],
      ['it is no longer in place', () => !isInPlace()],
      ['its files are gone', () => !isInPlace() && names(profiles).length === 0],
    ],
    done: /no network|no such network|No network/,
    networks: 0,
  },
];

const all = operations.flatMap((operation) =>
  operation.steps.map(([step, isReached]) => ({
    operation,
    step,
    isReached,
    what: `${operation.name}, ${step}`,
  })),
);

test.each(cellsOfThisRun(all, random))('killed at: $what', ({ operation, isReached, what }) =>
  cells.check(async () => {
    await host.exec(['rm', '-rf', store]);
    if (operation.startsWith === 'the network') {
      expect((await homing(['import', '/tmp/first.homing', '--yes'])).code).toBe(0);
    }
    inviteBefore = fileText('invite.homing');
    profileBefore = fileText('profile.json');
    const running = await host.spawn([...environment, ...homingCommand, ...operation.command], {
      user: laptop.user,
    });
    await untilStep(what, isReached);
    await sleep(random.next() * 2);
    running.kill('SIGKILL');
    await running.exited;

    const listed = await homing(['profiles', '--json']);
    expect(listed.code, listed.stderr).toBe(0);
    const { profiles: found, damaged } = JSON.parse(listed.stdout) as {
      profiles: unknown[];
      damaged?: unknown[];
    };
    expect([damaged ?? [], found.length <= 1]).toEqual([[], true]);

    const again = await homing(operation.command);
    if (again.code !== 0) expect(again.stdout + again.stderr, what).toMatch(operation.done);
    // Any change of the store removes what a killed one left.
    if (operation.networks === 0) await homing(['import', '/tmp/first.homing', '--yes']);
    else await homing(['settings', '--short-names', 'off']);
    const left = names(profiles).filter((name) => name.startsWith('.'));
    const unfinished = names(`${profiles}/${id()}`).filter((name) => name.endsWith('.tmp'));
    expect([left, unfinished], what).toEqual([[], []]);
    if (operation.name === 'update') {
      expect(fileText('invite.homing').trim()).toBe(
        readFileSync(host.outsidePath('/tmp/second.homing'), 'utf8').trim(),
      );
      expect(fileText('profile.json')).toContain('phone');
    }
  }),
);
