import { afterEach, expect, test, vi } from 'vitest';
import { resolverRules } from '../../helper/install/polkit-rules.ts';
import { polkitRulesFile } from '../../shared/install/places.ts';
import { createWorld, laptopMobileInterface, type World } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { joinBox } from './support/existing-network.ts';
import { startPolkitOnBus } from './support/polkit.ts';
import { resolvers, useResolved } from './support/resolvers.ts';

/** The helper's user, the real systemd-resolved and the real polkit. */

vi.setConfig({ testTimeout: 120_000 });

let world: World | undefined;
afterEach(async () => {
  await world?.destroy();
  world = undefined;
});

test('systemd-resolved takes the zones of a network from the helper’s user by the rule of the installer, and only then', async () => {
  requireLab();
  world = await createWorld({ parts: ['desk', 'mobile'], laptopAt: 'nowhere', withMobile: true });
  const { laptop } = world;
  const installed = await joinBox(world, 'homing');
  await useResolved(laptop, laptopMobileInterface, at.mobile.router);
  await laptop.overlay('/usr/share/polkit-1');
  const policy = '/usr/share/polkit-1/actions/org.freedesktop.resolve1.policy';
  await laptop.bind(`${resolvers}/systemd-resolved${policy}`, policy);
  await startPolkitOnBus(laptop);
  const settings = async () => [
    await laptop.run(['resolvectl', 'dns']),
    await laptop.run(['resolvectl', 'domain']),
  ];
  const before = await settings();
  await installed.startHelper();

  await installed.mustHoming(['up']);
  expect(await installed.mustHoming(['status'])).toContain('Names of the network are not looked up');
  await installed.mustHoming(['down']);

  await laptop.writeFile(polkitRulesFile, resolverRules, 0o644);
  // polkitd watches the folder and reloads its rules.
  await expect
    .poll(
      async () => {
        await installed.mustHoming(['up']);
        const text = await installed.mustHoming(['status']);
        if (!text.includes('by systemd-resolved')) await installed.mustHoming(['down']);
        return text;
      },
      { timeout: 20_000 },
    )
    .toContain('fritz.box at 192.0.2.1, by systemd-resolved');
  expect(await laptop.run(['resolvectl', 'domain', 'hm-home'])).toContain('fritz.box');
  // The rule is for the helper's user alone.
  const refused = await laptop.exec(['resolvectl', 'dns', 'hm-home', '192.0.2.66'], { user: installed.user });
  expect(refused.code).not.toBe(0);
  await installed.mustHoming(['down']);
  expect(await settings()).toEqual(before);
});
