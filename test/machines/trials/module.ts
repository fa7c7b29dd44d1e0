import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Trial } from '../trial.ts';
import { plain } from './kernel-wireguard.ts';

const startTimeoutMs = 3 * 60_000;

/** Runs this trial in another process and ends that with a signal while its machine boots. @returns what is left of it */
async function leftWhenEnded(
  signal: NodeJS.Signals,
  afterMs: number,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder);
  const main = join(import.meta.dirname, '../main.ts');
  const child = spawn(process.execPath, [main, 'module'], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: folder },
  });
  const ended = once(child, 'exit');
  const isBooting = async () => (await readdir(folder)).some((name) => name.startsWith('homing-machine-'));
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isBooting())) {
    assert.equal(child.exitCode, null, 'it ended by itself');
    assert.ok(performance.now() < deadline, 'it started no machine in time');
    await sleep(50);
  }
  await sleep(afterMs);
  child.kill(signal);
  assert.deepEqual(await ended, [130, null]);
  return await readdir(folder);
}

/** What the other trials rely on, tested on one machine whose two cards are the ends of one wire. */
export const moduleTrial: Trial = {
  name: 'module',
  about: 'what the trials rely on: commands, files, wires, cables, sleep, a power cut',
  run: async (stage) => {
    const machine = await stage.boot(plain, 'module', { cards: stage.wire('loop') });
    await stage.check('a command gives its output, its errors and its exit status', async () => {
      const result = await machine.exec(['/bin/sh', '-c', 'cat; echo wrong >&2; exit 7'], { input: 'text' });
      assert.deepEqual(result, { code: 7, stdout: 'text', stderr: 'wrong\n' });
      await assert.rejects(machine.sh('echo why >&2; false'), /Exit status 1 of: \[module\].*\nwhy/s);
    });
    await stage.check('a command that takes too long is ended, by the machine’s own clock', async () => {
      const { code } = await machine.exec(['/bin/sleep', '30'], { timeoutMs: 1_000 });
      assert.equal(code, 124);
    });
    await stage.check('a file that is written is there, with its mode', async () => {
      await machine.writeFile('/root/new/file', 'line\n', '600');
      assert.equal(await machine.sh('cat /root/new/file; stat -c %a /root/new/file'), 'line\n600\n');
    });
    await stage.check('what is on one end of a wire comes out at the other', async () => {
      await machine.sh(
        [
          'ip netns add far; ip link set eth1 netns far',
          'ip -n far address add 192.0.2.2/24 dev eth1; ip -n far link set eth1 up',
          'ip address add 192.0.2.1/24 dev eth0; ip link set eth0 up',
          'ping -c 3 -i 0.2 -w 20 192.0.2.2',
        ].join('\n'),
      );
    });
    await stage.check(
      'a cable that is pulled takes the carrier away, and plugged in gives it back',
      async () => {
        const carrier = 'cat /sys/class/net/eth0/carrier';
        await machine.setCable(0, false);
        await machine.sh(`until test "$(${carrier})" = 0; do sleep 0.1; done`);
        await machine.setCable(0, true);
        await machine.sh(`until test "$(${carrier})" = 1; do sleep 0.1; done; ping -c 1 -w 20 192.0.2.2`);
      },
    );
    await stage.check('it sleeps until it is woken, and goes on', async () => {
      await machine.sh('touch /run/before-sleep');
      await machine.suspend();
      await machine.wake();
      await machine.sh(
        'test -e /run/before-sleep; dmesg | grep -q "PM: suspend exit"; ping -c 1 -w 20 192.0.2.2',
      );
    });
    await stage.check('a power cut forgets what was not written, and keeps what was', async () => {
      await machine.sh('sync; touch /run/before-cut');
      await machine.cutPower();
      await machine.sh('test ! -e /run/before-cut; test -e /root/new/file');
    });
    for (const [signal, afterMs] of [
      ['SIGINT', 0],
      ['SIGTERM', 3_000],
    ] as const) {
      await stage.check(`ended by ${signal} while a machine boots, the trials leave no file`, async () => {
        assert.deepEqual(await leftWhenEnded(signal, afterMs, join(stage.folder, signal)), []);
      });
    }
  },
};
