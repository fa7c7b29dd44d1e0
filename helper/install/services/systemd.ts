import { access, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeAtomic, writeAtomically } from '../../../client/profiles/atomic-file.ts';
import { ownUser, serviceFiles } from '../../../shared/install/places.ts';
import { approvalNames, makeApprovalsReadable } from '../../approval/approvals.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { removeEmptyDirectory } from '../empty-directory.ts';
import { ensureHelperUser } from '../helper-user.ts';
import { type Account, moveToHelper } from '../ownership.ts';
import { removeResolverRules, writeResolverRules } from '../polkit-rules.ts';
import { killSwitchUnit } from './kill-switch-unit.ts';
import type { HelperService, ServiceManager } from './service.ts';
import { controlSocketUnit, hostsSocketUnit, hostsUnit, systemdUnit } from './systemd-unit.ts';

const unit = basename(serviceFiles.systemd);
const killSwitchUnitName = basename(serviceFiles.systemdKillSwitch);
/** A socket does not start while its service runs, so they stop together. */
const besides = [serviceFiles.systemdSocket, serviceFiles.systemdHostsSocket, serviceFiles.systemdHosts].map(
  (path) => basename(path),
);

/** In memory only: makes the next stop of the helper a kill. */
const killOnStop = `/run/systemd/system/${unit}.d/homing-install.conf`;

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function filesOf(service: HelperService): readonly (readonly [path: string, text: string])[] {
  return [
    [serviceFiles.systemdHosts, hostsUnit(service)],
    [serviceFiles.systemdHostsSocket, hostsSocketUnit()],
    [serviceFiles.systemdSocket, controlSocketUnit(service)],
    [serviceFiles.systemdKillSwitch, killSwitchUnit(findProgram('nft'))],
    [serviceFiles.systemd, systemdUnit(service)],
  ];
}

/** @param systemctl its absolute path */
export function systemd(runner: ProgramRunner, systemctl: string): ServiceManager {
  const file = serviceFiles.systemd;

  /**
   * Ends a running helper, and its sockets, by a kill: a clean stop would take a live tunnel down; after a kill the next helper
   * adopts it.
   */
  async function endHelper(): Promise<void> {
    await mkdir(dirname(killOnStop), { recursive: true });
    await writeAtomically(killOnStop, '[Service]\nKillSignal=SIGKILL\n', 0o644);
    await runner.mustRun(systemctl, ['daemon-reload']);
    await runner.mustRun(systemctl, ['stop', unit, ...besides]);
    await removeKillOnStop();
  }

  async function removeKillOnStop(): Promise<void> {
    await rm(killOnStop, { force: true });
    await removeEmptyDirectory(dirname(killOnStop));
  }

  async function disable(): Promise<void> {
    await removeKillOnStop();
    await runner.mustRun(systemctl, ['disable', '--now', unit]);
    if (await isThere(serviceFiles.systemdKillSwitch))
      await runner.mustRun(systemctl, ['disable', killSwitchUnitName]);
    // A version before had none of these.
    if (await isThere(serviceFiles.systemdHostsSocket)) await runner.mustRun(systemctl, ['stop', ...besides]);
  }

  return {
    name: 'systemd',
    file,
    async install(service) {
      const account = await ensureHelperUser(runner);
      for (const [path, text] of filesOf(service)) await writeAtomically(path, text, 0o644);
      await writeResolverRules();
      await endHelper();
      await takeOverFromRoot(account);
      await runner.mustRun(systemctl, ['daemon-reload']);
      await runner.mustRun(systemctl, ['enable', unit, killSwitchUnitName]);
      await runner.mustRun(systemctl, ['start', unit]);
    },
    async remove() {
      const isInstalled = await isThere(file);
      if (isInstalled) await disable();
      for (const path of [
        serviceFiles.systemdSocket,
        serviceFiles.systemdHosts,
        serviceFiles.systemdHostsSocket,
        serviceFiles.systemdKillSwitch,
      ])
        await removeAtomic(path);
      await removeResolverRules();
      // Last: while it is there, a removal that was interrupted is repeated as a whole.
      await removeAtomic(file);
      if (!isInstalled) return;
      await runner.mustRun(systemctl, ['daemon-reload']);
      await removeEmptyDirectory('/run/wireguard');
    },
  };
}

/**
 * After a helper that ran as root: its journal and state become those of the helper's user, so that the next helper adopts a
 * live tunnel of the kernel's. One of wireguard-go it removes: root's process takes orders from root alone, and ends when its
 * socket changes owner. No helper runs meanwhile.
 */
async function takeOverFromRoot(account: Account): Promise<void> {
  const runtime = dirname(ownUser.runtimeDirectory);
  await rm(join(runtime, 'helper.sock'), { force: true });
  await rm(join(runtime, '.socket'), { recursive: true, force: true });
  await moveToHelper(ownUser.runtimeDirectory, [basename(ownUser.hostsSocket)], account);
  await moveToHelper(ownUser.stateDirectory, approvalNames, account);
  makeApprovalsReadable(dirname(ownUser.stateDirectory));
}
