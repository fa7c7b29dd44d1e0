import assert from 'node:assert/strict';
import { join } from 'node:path';
import packageOnce from '../../e2e/support/package-once.ts';
import { checkout } from '../machine/checkout-disk.ts';
import type { Recipe } from '../machine/recipe.ts';
import type { Stage } from '../stage.ts';
import { addUser, Laptop, tunnelInterface } from '../support/laptop.ts';
import { builtPackage, packageWithoutApp } from '../support/package-without-app.ts';
import type { Trial } from '../trial.ts';

/** A laptop with the package's dependencies, so that apt needs no archive. */
export const laptopRecipe: Recipe = {
  name: 'laptop',
  suite: 'bookworm',
  packages: [
    ...['libgtk-3-0', 'libnotify4', 'libnss3', 'xdg-utils', 'libatspi2.0-0', 'libdrm2', 'libgbm1'],
    ...['libxcb-dri3-0', 'libsecret-1-0', 'libglib2.0-bin', 'libasound2', 'libcups2', 'apparmor'],
  ],
  setup: [addUser, 'mkdir -p /var/log/journal'],
};

const root = join(import.meta.dirname, '../../..');
const packageOnDisk = 'homing.deb';

/** The maximum score of `systemd-analyze security` for the unit: 0 is fully sandboxed, 10 unrestricted. */
const worstExposure = 4;
const shutdownMs = 2_000;
/** Most of it is the start of Node on this processor. */
const restartMs = 10_000;

async function installs(stage: Stage, laptop: Laptop): Promise<void> {
  await stage.check('apt installs the package', async () => {
    await laptop.installPackage(`${checkout}/${packageOnDisk}`);
  });
  await stage.check('the helper is installed as a service, enabled and running', async () => {
    await laptop.installHelper();
    assert.equal(await laptop.unitProperty('UnitFileState'), 'enabled');
    assert.equal(await laptop.unitProperty('ActiveState'), 'active');
  });
  await stage.check('its sandbox is the unit’s, and systemd has no complaint', async () => {
    const analyze = '/usr/bin/systemd-analyze';
    const said = await laptop.machine.exec([analyze, 'verify', 'homing-helper.service']);
    assert.equal(`${said.stdout}${said.stderr}`, '');
    const security = [analyze, 'security', 'homing-helper.service', '--no-pager'];
    const [, score = '10'] =
      /exposure level for \S+: (\d+(?:\.\d+)?)/.exec(await laptop.machine.run(security)) ?? [];
    stage.say(`   systemd-analyze security: ${score}`);
    assert.ok(Number(score) <= worstExposure, `exposure ${score}, at most ${worstExposure}`);
  });
}

async function connects(stage: Stage, laptop: Laptop): Promise<void> {
  await stage.check('in that sandbox it connects by the kernel’s WireGuard', async () => {
    await laptop.joinNetwork();
    await laptop.homing(['up']);
    await laptop.pingNas();
    const details = await laptop.machine.run(['/usr/sbin/ip', '-d', 'link', 'show', tunnelInterface]);
    assert.match(details, /\bwireguard\b/);
  });
  await stage.check('killed, it is started again by systemd and adopts the tunnel as it is', async () => {
    const index = await laptop.tunnelIndex();
    const startedMs = await laptop.nowMs();
    await laptop.machine.sh('systemctl kill --signal=SIGKILL homing-helper.service');
    await laptop.untilAnswers();
    const tookMs = (await laptop.nowMs()) - startedMs;
    stage.say(`   answers again after ${tookMs} ms`);
    assert.ok(tookMs < restartMs, `it took ${tookMs} ms`);
    assert.equal(await laptop.unitProperty('NRestarts'), '1');
    const { tunnel } = await laptop.status();
    assert.equal(tunnel.state === 'connected' && tunnel.adopted, true);
    assert.equal(await laptop.tunnelIndex(), index);
    await laptop.pingNas();
  });
  await stage.check('the package is upgraded under a live tunnel', async () => {
    const index = await laptop.tunnelIndex();
    const pid = await laptop.unitProperty('MainPID');
    await laptop.installPackage(`${checkout}/${packageOnDisk}`, ['--reinstall']);
    await laptop.untilAnswers();
    assert.notEqual(await laptop.unitProperty('MainPID'), pid);
    assert.equal(await laptop.tunnelIndex(), index);
    await laptop.pingNas();
  });
  await stage.check('it stops within 2 s and takes the tunnel down', async () => {
    const startedMs = await laptop.nowMs();
    await laptop.machine.sh('systemctl stop homing-helper.service');
    const tookMs = (await laptop.nowMs()) - startedMs;
    stage.say(`   stopped in ${tookMs} ms`);
    assert.equal((await laptop.machine.exec(['/usr/sbin/ip', 'link', 'show', tunnelInterface])).code, 1);
    assert.ok(tookMs < shutdownMs, `it took ${tookMs} ms`);
    await laptop.machine.sh('systemctl start homing-helper.service');
    await laptop.untilAnswers();
  });
}

export const systemd: Trial = {
  name: 'systemd',
  about:
    'the .deb (without Electron) under systemd: installed by apt, sandboxed, connected, killed, upgraded, stopped',
  run: async (stage) => {
    packageOnce();
    const deb = await packageWithoutApp(await builtPackage(root), stage.folder);
    const files = { [packageOnDisk]: deb };
    const machine = await stage.boot(laptopRecipe, 'systemd', { files });
    const laptop = new Laptop(machine);
    await laptop.joinLan();
    await installs(stage, laptop);
    await connects(stage, laptop);
  },
};
