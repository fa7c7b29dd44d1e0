import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../machine/machine.ts';
import { Admin } from '../support/admin.ts';
import { addUser, Laptop, nasName } from '../support/laptop.ts';
import type { Trial } from '../trial.ts';
import { plain } from './kernel-wireguard.ts';

/**
 * A laptop that is suspended to memory with a live tunnel. The controller is a namespace of the same machine, so it
 * sleeps too.
 */

const asleepMs = 10_000;
const patienceMs = 60_000;
/** The target on a laptop; here it is the machine's own, slow second. */
const maxSeconds = 1;

/** Unix time, in seconds, of the end of the last sleep, as the kernel reports it. */
async function wokenAt(laptop: Machine): Promise<number> {
  const journal = ['/usr/bin/journalctl', '--no-pager', '--quiet', '-k', '-o', 'short-unix'];
  const lines = (await laptop.run(journal)).split('\n').filter((line) => line.includes('PM: suspend exit'));
  return Number(lines.at(-1)?.split(' ')[0] ?? 0);
}

/** Sleeps and wakes. @returns seconds from waking to the first answered ping in the tunnel, by the laptop's own clock */
async function wakeToPing({ machine }: Laptop): Promise<number> {
  const pings = `exec ping -D -n -i 0.1 ${nasName} >/run/pings`;
  await machine.sh(`systemd-run --quiet --collect --unit=pings sh -c '${pings}'`);
  await machine.suspend();
  await sleep(asleepMs);
  await machine.wake();
  const deadline = performance.now() + patienceMs * machine.slowness;
  for (;;) {
    const woken = await wokenAt(machine);
    const said = await machine.run(['/bin/cat', '/run/pings']);
    const answered = [...said.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from/gm)].map(([, time]) => Number(time));
    const first = answered.find((time) => time > woken);
    if (first !== undefined && woken > 0) {
      await machine.sh('systemctl stop pings');
      return first - woken;
    }
    if (performance.now() > deadline) throw new Error(`No ping was answered after waking:\n${said}`);
    await sleep(500);
  }
}

export const sleepTrial: Trial = {
  name: 'sleep',
  about:
    'suspended to memory with a live tunnel and woken: the first answered ping, and what the helper makes of it',
  run: async (stage) => {
    const machine = await stage.boot(plain, 'sleep');
    await machine.sh(addUser);
    const laptop = await Laptop.fromCheckout(machine);
    await laptop.joinLan();
    await laptop.joinNetwork(new Admin(stage.folder), ['--private-endpoint', '192.0.2.10:51820']);
    await laptop.connect();
    await laptop.pingNas();
    await stage.check('woken at home, the tunnel carries packets within a second', async () => {
      const index = await laptop.tunnelIndex();
      const seconds = await wakeToPing(laptop);
      stage.say(`   ${seconds.toFixed(2)} s from waking to the first answered ping`);
      assert.ok(seconds < maxSeconds, `${seconds} s`);
      assert.equal(await laptop.tunnelIndex(), index);
    });
    await stage.check('no move and no trouble were recorded', async () => {
      const { tunnel, timeline } = await laptop.status();
      assert.equal(tunnel.state === 'connected' && tunnel.controllers[0]?.path, 'lan');
      assert.deepEqual(
        timeline.filter(({ kind }) => kind === 'trouble' || kind === 'move-failed'),
        [],
      );
    });
  },
};
