import { access, rm } from 'node:fs/promises';
import { writeAtomically } from '../../../client/profiles/atomic-file.ts';
import { serviceFiles } from '../../../shared/install/places.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { removeEmptyDirectory } from '../empty-directory.ts';
import { killSwitchUnit } from './kill-switch-unit.ts';
import type { ServiceManager } from './service.ts';
import { systemdUnit } from './systemd-unit.ts';

const unit = 'homing-helper.service';
const killSwitchUnitName = 'homing-kill-switch.service';

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** @param systemctl its absolute path */
export function systemd(runner: ProgramRunner, systemctl: string): ServiceManager {
  const file = serviceFiles.systemd;
  const isActive = async () => (await runner.run(systemctl, ['is-active', '--quiet', unit])).exitCode === 0;
  return {
    name: 'systemd',
    file,
    async install(service) {
      await writeAtomically(file, systemdUnit(service), 0o644);
      await writeAtomically(serviceFiles.systemdKillSwitch, killSwitchUnit(findProgram('nft')), 0o644);
      await runner.mustRun(systemctl, ['daemon-reload']);
      await runner.mustRun(systemctl, ['enable', unit, killSwitchUnitName]);
      // A clean stop would take a live tunnel down; after a kill the next helper adopts it.
      if (await isActive()) await runner.mustRun(systemctl, ['kill', '--signal=SIGKILL', unit]);
      await runner.mustRun(systemctl, ['start', unit]);
    },
    async remove() {
      if (!(await isThere(file))) return;
      await runner.mustRun(systemctl, ['disable', '--now', unit]);
      if (await isThere(serviceFiles.systemdKillSwitch))
        await runner.mustRun(systemctl, ['disable', killSwitchUnitName]);
      await rm(serviceFiles.systemdKillSwitch, { force: true });
      // Last: while it is there, a removal that was interrupted is repeated as a whole.
      await rm(file, { force: true });
      await runner.mustRun(systemctl, ['daemon-reload']);
      // RuntimeDirectory= creates it for wireguard-go's sockets unless another program has.
      await removeEmptyDirectory('/run/wireguard');
    },
  };
}
