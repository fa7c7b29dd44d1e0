import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import type { RoamingLaptop } from './support/roaming-laptop.ts';
import { createRoamingMesh, type RoamingMesh } from './support/roaming-mesh.ts';
import { StatefulFirewall } from './support/stateful-firewall.ts';

/** A laptop behind ufw with its default rules, and an invite without any LAN address. */

vi.setConfig({ testTimeout: 60_000 });

let mesh: RoamingMesh;
let laptop: RoamingLaptop;
let firewall: StatefulFirewall;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({
    parts: ['hotel'],
    hairpin: false,
    publicDelayMs: 10,
    privateEndpoints: [],
  });
  laptop = mesh.laptop;
  firewall = await StatefulFirewall.load(mesh.world.laptop);
}, 60_000);
afterAll(() => mesh?.destroy());

async function reasonsFound(since: number): Promise<readonly string[]> {
  return (await laptop.decisionsSince(since, 'found')).map(({ reason }) => reason);
}

test('away from every controller, the status names the rule of the firewall that would let answers in', async () => {
  await mesh.world.moveLaptop('hotel');
  await laptop.installed.mustHoming(['up']);
  await laptop.until('the firewall is named', ({ tunnel }) => {
    return tunnel.state === 'connected' && tunnel.droppedAnswers?.by === 'ufw';
  });
  const said = await laptop.installed.mustHoming(['status']);
  expect(said).toContain('sudo ufw allow proto udp from any port 51820 to any port 61440:61951');
});

test('a live tunnel that comes home, where the internet path is silent, finds the controller as a neighbour', async () => {
  const mark = await laptop.mark();
  await mesh.world.moveLaptop('home');
  await laptop.untilPath('nas', 'lan');
  expect(await reasonsFound(mark)).toEqual([expect.stringMatching(/^answered as a neighbour on this LAN/)]);
  expect(await firewall.droppedAnswers()).toBeGreaterThan(0);
  await laptop.installed.mustHoming(['down']);
  await mesh.world.laptop.run(['/bin/sh', '-c', 'rm /var/lib/homing/endpoints-* /var/lib/homing/networks-*']);
});

test('a controller whose answer to the broadcast is dropped is found as a neighbour, which it became by answering', async () => {
  const dropped = await firewall.droppedAnswers();
  const mark = await laptop.mark();
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'lan');
  expect(await reasonsFound(mark)).toEqual([expect.stringMatching(/^answered as a neighbour on this LAN/)]);
  expect(await firewall.droppedAnswers()).toBeGreaterThan(dropped);
});

// A new tunnel probes from another port: connection tracking still accepts answers to the previous port for two
// minutes.
test('what answered in a network is known to the next tunnel, and in no other network', async () => {
  await mesh.world.moveLaptop('hotel');
  await laptop.untilPath('nas', 'internet');
  await laptop.installed.mustHoming(['down']);
  // The endpoint that was used last, in any network, must not influence this test.
  await mesh.world.laptop.run(['/bin/sh', '-c', 'rm -f /var/lib/homing/endpoints-*']);
  await laptop.installed.mustHoming(['up']);
  await laptop.untilPath('nas', 'internet');
  const mark = await laptop.mark();
  await mesh.world.moveLaptop('home');
  await laptop.untilPath('nas', 'lan');
  expect((await reasonsFound(mark))[0]).toMatch(/^answered where it did before on this LAN/);
});
