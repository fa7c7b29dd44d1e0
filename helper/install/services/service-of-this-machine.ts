import { existsSync } from 'node:fs';
import { HomingError } from '../../../shared/errors/problem.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import { launchd } from './launchd.ts';
import type { ServiceManager } from './service.ts';
import { systemd } from './systemd.ts';
import { sysv } from './sysv.ts';

/** This machine's service manager. @throws HomingError `no-service-manager` */
export function serviceManager(runner: ProgramRunner): ServiceManager {
  if (process.platform === 'darwin') return launchd(runner);
  const systemctl = findProgram('systemctl');
  // sd_booted(3): the directory exists when systemd is the init system.
  if (systemctl !== undefined && existsSync('/run/systemd/system')) return systemd(runner, systemctl);
  const startStopDaemon = findProgram('start-stop-daemon');
  if (startStopDaemon !== undefined && existsSync('/etc/init.d')) return sysv(runner, startStopDaemon);
  throw new HomingError({
    code: 'no-service-manager',
    title: 'No service manager can start the helper here',
    cause: 'There is neither systemd nor /etc/init.d with start-stop-daemon.',
    remedy: 'Have this machine’s service manager run, as root: homing-helper --uid followed by your user id.',
  });
}
