import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { planAddresses } from '../../shared/addresses/plan.ts';
import type { HostProcess } from '../lab/host-process.ts';
import { stopController } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { connectedIn, controllerIn, type RoamingLaptop } from './support/roaming-laptop.ts';
import { createRoamingMesh, networkName, type RoamingMesh } from './support/roaming-mesh.ts';

vi.setConfig({ testTimeout: 60_000 });

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({
    parts: ['vps', 'desk'],
    controllers: ['nas', 'vps'],
    hairpin: true,
    vpsDelayMs: 10,
  });
  laptop = mesh.laptop;
  await laptop.installed.mustHoming(['up']);
}, 60_000);
afterAll(() => mesh?.destroy());

async function hostsLineOf(machine: string): Promise<string> {
  const text = await laptop.host.readFile('/etc/hosts');
  const line = text.split('\n').find((one) => one.endsWith(` ${machine}.${networkName}`));
  if (line === undefined) throw new Error(`no ${machine} in\n${text}`);
  return line.split(' ')[0] ?? '';
}

/** The status reports the controller a moment before the file is written. */
function untilDeskVia(controller: string): Promise<void> {
  return vi.waitFor(async () => expect(await hostsLineOf('desk')).toBe(addressVia(controller)), 5_000);
}

function addressVia(controller: string): string {
  return planAddresses(networkName, controller, 'desk').peerAddress ?? '';
}

/** A user of the network: without packets nothing detects that a controller is gone. */
function talkTo(machine: string): Promise<HostProcess> {
  return laptop.host.spawn(['ping', '-i', '0.1', `${machine}.${networkName}`]);
}

describe('when the default controller dies', () => {
  test('the names of peers move to the other controller, and return with the default one', async () => {
    await laptop.untilPath('nas', 'lan');
    await laptop.untilPath('vps', 'internet');
    expect(await hostsLineOf('desk')).toBe(addressVia('nas'));
    const nasBefore = await hostsLineOf('nas');
    const talk = await talkTo('nas');
    const others = await talkTo('vps');
    try {
      const mark = await laptop.mark();
      await stopController(mesh.world.nas);
      await laptop.until('the names moved', (now) => connectedIn(now).hosts.via === 'vps');
      await untilDeskVia('vps');
      // A controller has a single address, on every path.
      expect(await hostsLineOf('nas')).toBe(nasBefore);
      const [moved] = await laptop.decisionsSince(mark, 'names-moved');
      expect(moved).toMatchObject({ from: 'nas', to: 'vps' });
      expect(moved?.reason).toMatch(/^nas has not been reachable for \d+ s$/);
      expect((await laptop.controller('nas')).path).toBe('none');
      expect((await laptop.controller('vps')).path).toBe('internet');
      await mesh.world.nas.run(['wg-quick', 'up', 'wg0']);
      await laptop.until('the names came back', (now) => connectedIn(now).hosts.via === 'nas', 30_000);
      await untilDeskVia('nas');
      expect((await laptop.controller('nas')).path).not.toBe('none');
    } finally {
      await Promise.all([talk.stop(), others.stop()]);
    }
  });
});

test('a helper that is killed while the names are moved leaves them, and the next helper moves them back', async () => {
  const talk = await talkTo('nas');
  try {
    await stopController(mesh.world.nas);
    await laptop.until('the names moved', (now) => connectedIn(now).hosts.via === 'vps');
    await untilDeskVia('vps');
    await laptop.installed.killHelper();
    expect(await hostsLineOf('desk')).toBe(addressVia('vps'));
    await mesh.world.nas.run(['wg-quick', 'up', 'wg0']);
    await laptop.installed.startHelper();
    await laptop.until('the names came back', (now) => connectedIn(now).hosts.via === 'nas', 30_000);
    await laptop.until('nas answers', (now) => controllerIn(now, 'nas').path !== 'none');
    await untilDeskVia('nas');
  } finally {
    await talk.stop();
  }
});
