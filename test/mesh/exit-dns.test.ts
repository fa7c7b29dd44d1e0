import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Host } from '../lab/host.ts';
import type { HostProcess } from '../lab/host-process.ts';
import { laptopLanInterface } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { createExitWorld, type ExitWorld, exitAddress } from './support/exit-world.ts';
import { LeakCount } from './support/leak-count.ts';
import { startNameServer, useResolved } from './support/resolvers.ts';

/** A provider's file with a DNS server of its own, on a laptop whose LAN has a DNS server that records queries. */

vi.setConfig({ testTimeout: 60_000 });

let exit: ExitWorld;
let laptop: Host;
let onLan: HostProcess;
let count: LeakCount;

oneStory();

beforeAll(async () => {
  requireLab();
  exit = await createExitWorld({ parts: ['cafe'] }, [`DNS = ${exitAddress}`]);
  ({ laptop } = exit);
  await useResolved(laptop, laptopLanInterface, at.private.router);
  onLan = await startNameServer(exit.world.homeRouter, at.private.router, '198.51.100.99');
  await startNameServer(exit.world.host('cafeRouter'), at.private.router, '198.51.100.99');
  await startNameServer(exit.world.host('vps'), exitAddress, '203.0.113.77');
  count = await LeakCount.start([
    [exit.world.homeRouter, 'lan0'],
    [exit.world.host('cafeRouter'), 'lan0'],
  ]);
});
afterAll(() => exit?.world.destroy());

let number = 0;

/** Looks up a name that was never queried before. */
async function lookUp(): Promise<{ name: string; found: string }> {
  number += 1;
  const name = `www${number}.example.org`;
  return { name, found: (await laptop.exec(['getent', 'ahostsv4', name])).stdout };
}

test('without the exit the LAN’s server is queried, and the test detects it', async () => {
  expect((await lookUp()).found).toContain('198.51.100.99');
  expect((await count.seen()).leaked_dns).toBeGreaterThan(0);
});

test('with the exit names are resolved through it, and the LAN’s servers receive no query, through moves and a crash', async () => {
  await exit.installed.mustHoming(['up']);
  await exit.installed.until(
    'the exit is reached',
    ({ tunnel }) => tunnel.state === 'connected' && tunnel.controllers.every(({ path }) => path !== 'none'),
  );
  const heardBefore = onLan.stdout.text.length;
  const before = (await count.seen()).leaked_dns;
  const names: string[] = [];
  const asked = async () => {
    const { name, found } = await lookUp();
    names.push(name);
    return found;
  };
  expect(await asked()).toContain('203.0.113.77');
  for (const place of ['cafe', 'home'] as const) {
    await exit.world.moveLaptop(place);
    await asked();
  }
  await exit.installed.killHelper();
  await asked();
  await exit.installed.startHelper();
  expect(await asked()).toContain('203.0.113.77');
  const heard = onLan.stdout.text.slice(heardBefore);
  expect(names.filter((name) => heard.includes(name))).toEqual([]);
  expect((await count.seen()).leaked_dns).toBe(before);
});
