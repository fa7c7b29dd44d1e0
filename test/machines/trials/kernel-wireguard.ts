import type { Recipe } from '../machine/recipe.ts';
import type { Trial } from '../trial.ts';

/** Without wireguard-go: the kernel's module carries the tunnel at both ends. */
export const plain: Recipe = { name: 'plain', suite: 'bookworm', packages: [], setup: [] };

/** All of Homing in the lab, as `npm test` runs it, with the kernel's WireGuard. */
export const kernelWireguard: Trial = {
  name: 'kernel-wireguard',
  about: 'the lab’s tests of the tunnel and of roaming, on the kernel’s WireGuard',
  run: async (stage) => {
    const machine = await stage.boot(plain);
    await stage.check('the kernel has WireGuard, and there is no wireguard-go', async () => {
      await machine.sh('modprobe wireguard; test -d /sys/module/wireguard; ! command -v wireguard-go');
    });
    await stage.runTests(machine, 'system', ['test/mesh/']);
  },
};
