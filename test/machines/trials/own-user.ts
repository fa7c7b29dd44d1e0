import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemdRootUnit } from '../../../helper/install/services/systemd-unit.ts';
import { ownUser, serviceFiles } from '../../../shared/install/places.ts';
import packageOnce from '../../e2e/support/package-once.ts';
import { checkout } from '../machine/checkout-disk.ts';
import type { Stage } from '../stage.ts';
import { Admin } from '../support/admin.ts';
import { Laptop, nasName } from '../support/laptop.ts';
import { builtPackage, packageWithoutApp } from '../support/package-without-app.ts';
import type { Trial } from '../trial.ts';
import { laptopRecipe } from './systemd.ts';

const root = join(import.meta.dirname, '../../..');
const packageOnDisk = 'homing.deb';
const helperProgram = '/usr/lib/homing-desktop/resources/helper/homing-helper';
const service = 'homing-helper.service';
/** The maximum score of `systemd-analyze security` for the helper; as root it has 2.4. */
const worstExposure = 1.9;

/** On a slow machine the first pings find WireGuard without an endpoint. */
async function untilPinged(laptop: Laptop): Promise<void> {
  const script = `until ping -c 1 -W 1 ${nasName}; do sleep 0.5; done`;
  await laptop.machine.run(['/usr/bin/timeout', '60', '/bin/sh', '-c', script], { timeoutMs: 90_000 });
}

/** An installation of a version whose helper ran as root, with a live tunnel. */
async function runsAsRoot(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  await stage.check('a helper that runs as root, as before, connects', async () => {
    await laptop.installPackage(`${checkout}/${packageOnDisk}`);
    await machine.writeFile(
      serviceFiles.systemd,
      systemdRootUnit({ program: helperProgram, uid: 1000 }),
      '644',
    );
    await machine.sh(`ln -s ${helperProgram} /usr/local/bin/homing`);
    await machine.sh(`systemctl daemon-reload; systemctl enable --now ${service}`);
    await laptop.untilAnswers();
    await laptop.joinNetwork(new Admin(stage.folder), ['--private-endpoint', '192.0.2.10:51820']);
    await laptop.homing(['up']);
    await untilPinged(laptop);
    await machine.sh('mkdir -m 700 /var/lib/homing/allowed-networks');
  });
}

async function becomesOwnUser(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  await stage.check('an installation gives it a user of its own, and the tunnel stays', async () => {
    const index = await laptop.tunnelIndex();
    await laptop.installHelper();
    await laptop.untilAnswers();
    assert.equal(await laptop.tunnelIndex(), index);
    const { tunnel } = await laptop.status();
    assert.equal(tunnel.state === 'connected' && tunnel.adopted, true);
    await untilPinged(laptop);
  });
  await stage.check('it is no root, and its files are its own', async () => {
    const pid = await laptop.unitProperty('MainPID');
    const status = await machine.sh(`cat /proc/${pid}/status`);
    const uid = (await machine.sh(`id -u ${ownUser.name}`)).trim();
    assert.notEqual(uid, '0');
    assert.match(status, new RegExp(`Uid:\\t${uid}\\t${uid}\\t`));
    assert.match(status, /CapEff:\t0*3000\n/);
    const foreign = `find ${ownUser.runtimeDirectory} ${ownUser.stateDirectory} ! -user ${ownUser.name}`;
    assert.equal((await machine.sh(foreign)).trim(), '');
    const owners = await machine.sh(
      `stat -c '%n %U %a' /run/homing /run/homing/helper.sock ${ownUser.hostsSocket} /var/lib/homing /var/lib/homing/allowed-networks`,
    );
    assert.deepEqual(owners.trim().split('\n'), [
      '/run/homing root 755',
      '/run/homing/helper.sock user 600',
      `${ownUser.hostsSocket} ${ownUser.name} 600`,
      '/var/lib/homing root 755',
      '/var/lib/homing/allowed-networks root 755',
    ]);
  });
  await stage.check('systemd has no complaint, and its score is the better one', async () => {
    for (const unit of [service, 'homing-hosts.service']) {
      const said = await machine.exec(['/usr/bin/systemd-analyze', 'verify', unit]);
      assert.equal(`${said.stdout}${said.stderr}`, '');
      const text = await machine.sh(`systemd-analyze security ${unit} --no-pager`);
      const [, score = '10'] = /exposure level for \S+: (\d+(?:\.\d+)?)/.exec(text) ?? [];
      stage.say(`   ${unit}: ${score}`);
      assert.ok(Number(score) <= worstExposure, `exposure ${score}`);
    }
  });
}

async function keepsWorking(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  const hosts = () => machine.sh('cat /etc/hosts');
  let original = '';
  await stage.check('names are written by root’s writer and gone after down', async () => {
    await laptop.homing(['down']);
    original = await hosts();
    assert.doesNotMatch(original, /homing/);
    await laptop.homing(['up']);
    assert.match(await hosts(), new RegExp(`${nasName}`));
    await untilPinged(laptop);
    await machine.sh('cat /run/homing/helper/journal.json | grep -q up');
  });
  await stage.check('killed, it is started again and adopts the tunnel', async () => {
    const index = await laptop.tunnelIndex();
    await machine.sh(`systemctl kill --kill-who=main --signal=SIGKILL ${service}`);
    await laptop.untilAnswers();
    assert.equal(await laptop.tunnelIndex(), index);
    assert.equal(await laptop.unitProperty('NRestarts'), '1');
    await untilPinged(laptop);
  });
  await stage.check('stopped, it removes names and socket, and stays stopped', async () => {
    await machine.sh(`systemctl stop ${service}`);
    assert.equal(await hosts(), original);
    assert.equal((await machine.exec(['/usr/bin/test', '-e', '/run/homing/helper.sock'])).code, 1);
    assert.equal(await laptop.unitProperty('ActiveState'), 'inactive');
  });
  await stage.check('the rules of the kill switch are loaded before it at boot, as its user', async () => {
    await machine.sh(`systemctl start ${service}`);
    await laptop.untilAnswers();
    await laptop.homing(['kill-switch', 'on']);
    await machine.sh(`systemctl stop ${service}; nft flush ruleset`);
    await machine.sh('systemctl start homing-kill-switch.service');
    await machine.sh('nft list table inet homing_kill_switch');
    await machine.sh(`systemctl start ${service}`);
    await laptop.untilAnswers();
    await laptop.homing(['kill-switch', 'off']);
  });
}

async function goes(stage: Stage, laptop: Laptop): Promise<void> {
  const { machine } = laptop;
  await stage.check('removed while connected, nothing is left: no file, no user', async () => {
    await laptop.homing(['up']);
    await machine.run([helperProgram, 'uninstall', '--in-place'], { timeoutMs: 120_000 });
    assert.equal((await machine.exec(['/usr/bin/getent', 'passwd', ownUser.name])).code, 2);
    assert.equal((await machine.exec(['/usr/bin/getent', 'group', ownUser.name])).code, 2);
    const left = await machine.sh(
      "find /etc /run /var/lib /opt /usr/local/bin -xdev -name '*homing*' ! -path '*/dpkg/*' ! -path '*apparmor*' ! -path '*/invocation:*' ! -path '/run/systemd/*'",
    );
    assert.equal(left.trim(), '');
    assert.doesNotMatch(await machine.sh('cat /etc/hosts'), /homing/);
  });
}

export const ownUserTrial: Trial = {
  name: 'own-user',
  about: 'the helper under systemd gets a user of its own while its tunnel is up; stopped, killed, removed',
  run: async (stage) => {
    packageOnce();
    const deb = await packageWithoutApp(await builtPackage(root), stage.folder);
    const machine = await stage.boot(laptopRecipe, 'own-user', { files: { [packageOnDisk]: deb } });
    const laptop = new Laptop(machine);
    await laptop.joinLan();
    await runsAsRoot(stage, laptop);
    await becomesOwnUser(stage, laptop);
    await keepsWorking(stage, laptop);
    await goes(stage, laptop);
  },
};
