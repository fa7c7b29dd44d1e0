import { afterAll, beforeAll, test, vi } from 'vitest';
import { laptopMobileInterface } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { joinLan, partLan } from './support/roaming-lan-loss.ts';
import type { RoamingLaptop } from './support/roaming-laptop.ts';
import { holds, Load } from './support/roaming-load.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';

/**
 * A laptop with a modem beside its LAN, which the invite names: a LAN that it does not name is quarantined after a
 * silence.
 */

vi.setConfig({ testTimeout: 60_000 });

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({ parts: ['mobile'], withMobile: true, publicDelayMs: 20 });
  laptop = mesh.laptop;
  await laptop.installed.mustHoming(['up']);
}, 60_000);
afterAll(() => mesh?.destroy());

test('with 100 packets a second in each direction every move holds at both ends', async () => {
  // Everything except the LAN goes through the modem, so that the slow path stays available beside the fast one.
  const route = `default via ${at.mobile.router} dev ${laptopMobileInterface} metric 50`;
  await mesh.world.laptop.holder.ip([`route add ${route}`]);
  await holds(mesh, 'lan', 200);
  const load = await Load.start(mesh);
  try {
    for (let round = 0; round < 3; round += 1) {
      await partLan(mesh.world);
      await holds(mesh, 'internet', 800);
      await joinLan(mesh.world);
      // Probes now instead of waiting for the next round on the LAN: the move is the subject of this test.
      await laptop.probe();
      await holds(mesh, 'lan', 800);
    }
  } finally {
    await load.stop();
    await mesh.world.laptop.holder.ip([`route delete ${route}`]);
  }
});
