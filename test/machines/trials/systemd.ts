import assert from 'node:assert/strict';
import { join } from 'node:path';
import packageOnce from '../../e2e/support/package-once.ts';
import { checkout } from '../machine/checkout-disk.ts';
import type { Recipe } from '../machine/recipe.ts';
import type { Stage } from '../stage.ts';
import { Admin } from '../support/admin.ts';
import { addUser, helperProgram, Laptop, tunnelInterface } from '../support/laptop.ts';
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

const killSwitchUnit = 'homing-kill-switch.service';
const killSwitchTable = ['/usr/sbin/nft', 'list', 'table', 'inet', 'homing_kill_switch'];

/** Builds the package as users get it, and removes Electron from it. @returns its path */
async function packageForMachines(stage: Stage): Promise<string> {
  packageOnce();
  return await packageWithoutApp(await builtPackage(root), stage.folder);
}

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
    const said = await laptop.machine.exec([analyze, 'verify', 'homing-helper.service', killSwitchUnit]);
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
    await laptop.joinNetwork(new Admin(stage.folder), ['--private-endpoint', '192.0.2.10:51820']);
    await laptop.connect();
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

/** When a step of the start happened, in microseconds since the kernel's start. */
async function bootMicroseconds(laptop: Laptop, property: string, unit: string): Promise<number> {
  return Number(await laptop.unitProperty(`${property}Monotonic`, unit));
}

async function restartsWithTheMachine(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  await stage.check('with a live tunnel the machine shuts down, and the helper ends within 2 s', async () => {
    await laptop.connect();
    await laptop.homing(['kill-switch', 'on']);
    await machine.reboot();
    await laptop.untilAnswers();
    const journal = [
      '/usr/bin/journalctl',
      '-b',
      '-1',
      '-u',
      'homing-helper',
      '-o',
      'short-unix',
      '--no-pager',
    ];
    const lines = (await machine.run(journal)).split('\n');
    const secondsOf = (words: string) =>
      Number(lines.findLast((line) => line.includes(words))?.split(' ')[0]);
    const tookMs = (secondsOf('Stopped ') - secondsOf('Stopping ')) * 1000;
    stage.say(`   stopped in ${tookMs.toFixed(0)} ms`);
    assert.ok(tookMs < shutdownMs, `it took ${tookMs} ms`);
    const stopping = lines.slice(lines.findLastIndex((line) => line.includes('Stopping ')));
    assert.doesNotMatch(stopping.join('\n'), /timed out|SIGKILL/);
  });
  await stage.check('the kill switch was closed before any network, and the helper adopts it', async () => {
    assert.equal(await laptop.unitProperty('Result', killSwitchUnit), 'success');
    const closed = await bootMicroseconds(laptop, 'ExecMainExitTimestamp', killSwitchUnit);
    const network = await bootMicroseconds(laptop, 'ActiveEnterTimestamp', 'network-pre.target');
    const helper = await bootMicroseconds(laptop, 'ExecMainStartTimestamp', 'homing-helper.service');
    stage.say(`   closed at ${closed / 1e6} s, network-pre ${network / 1e6} s, helper ${helper / 1e6} s`);
    assert.ok(closed > 0 && closed <= network && network <= helper);
    const { killSwitch, timeline } = await laptop.status();
    assert.equal(killSwitch?.state, 'on');
    assert.ok(timeline.some(({ kind }) => kind === 'kill-switch'));
    await laptop.joinLan();
    const beside = await machine.exec(['/usr/bin/ping', '-c', '1', '-w', '5', '192.0.2.10']);
    assert.notEqual(beside.code, 0, 'a packet passed beside the tunnel');
  });
  await stage.check('it connects through the closed kill switch, which then opens for good', async () => {
    await laptop.startNas();
    await laptop.connect();
    await laptop.pingNas();
    await laptop.homing(['kill-switch', 'off']);
    assert.notEqual((await machine.exec(killSwitchTable)).code, 0);
  });
  await stage.check('after a power cut with a live tunnel it starts, and no name is left', async () => {
    await machine.sh('sync; grep -q wgnet /etc/hosts');
    await machine.cutPower();
    await laptop.untilAnswers();
    const { tunnel, killSwitch } = await laptop.status();
    assert.equal(tunnel.state, 'off');
    assert.equal(killSwitch?.state ?? 'off', 'off');
    assert.notEqual((await machine.exec(killSwitchTable)).code, 0);
    assert.equal((await machine.exec(['/bin/grep', 'wgnet', '/etc/hosts'])).code, 1);
    await laptop.joinLan();
    await laptop.startNas();
    await laptop.connect();
    await laptop.pingNas();
  });
  await stage.check('its journal is readable: who listens, for whom, and no stack trace', async () => {
    const read = ['/usr/bin/journalctl', '-u', 'homing-helper', '-o', 'cat', '--no-pager'];
    const journal = await machine.run(read);
    assert.match(journal, /^homing-helper: listening at \/run\/homing\/helper\.sock for user 1000$/m);
    assert.doesNotMatch(journal, /^\s+at /m);
  });
}

async function isRemoved(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  const other = '/run/wireguard/other.sock';
  await stage.check('removed, it leaves /run/wireguard with the file of another program', async () => {
    await machine.sh(`touch ${other}`);
    await machine.run([helperProgram, 'uninstall', '--in-place']);
    await machine.sh(`test -e ${other}; ! test -e /run/homing; rm ${other}; rmdir /run/wireguard`);
    await laptop.installHelper();
    await machine.sh('test -d /run/wireguard');
  });
}

export const systemd: Trial = {
  name: 'systemd',
  about:
    'the .deb (without Electron) under systemd: installed by apt, sandboxed, killed, upgraded, rebooted, removed',
  run: async (stage) => {
    const files = { [packageOnDisk]: await packageForMachines(stage) };
    const machine = await stage.boot(laptopRecipe, 'systemd', { files });
    const laptop = new Laptop(machine);
    await laptop.joinLan();
    await installs(stage, laptop);
    await connects(stage, laptop);
    await restartsWithTheMachine(stage, laptop);
    await isRemoved(stage, laptop);
  },
};
