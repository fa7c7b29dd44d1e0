import { access } from 'node:fs/promises';
import { removeAtomic, writeAtomically } from '../../../client/profiles/atomic-file.ts';
import { serviceFiles } from '../../../shared/install/places.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { HelperService, ServiceManager } from './service.ts';

/** For Linux without systemd: a script with a Linux Standard Base header, and Debian's start-stop-daemon. */

const pidFile = '/run/homing-helper.pid';

export function initScript({ program, uid }: HelperService, startStopDaemon: string): string {
  return `#!/bin/sh
### BEGIN INIT INFO
# Provides:          homing-helper
# Required-Start:    $local_fs $network
# Required-Stop:     $local_fs $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Homing helper: keeps the tunnel of one user
### END INIT INFO

case "$1" in
  start)
    ulimit -n 4096
    ${startStopDaemon} --start --oknodo --background --make-pidfile --pidfile ${pidFile} \\
      --startas ${program} -- --uid ${uid}
    ;;
  stop)
    ${startStopDaemon} --stop --oknodo --retry TERM/15/KILL/5 --remove-pidfile --pidfile ${pidFile}
    ;;
  replace)
    # A clean stop would take a live tunnel down; after a kill the next helper adopts it.
    ${startStopDaemon} --stop --oknodo --retry KILL/5 --remove-pidfile --pidfile ${pidFile}
    "$0" start
    ;;
  restart|force-reload)
    "$0" stop && "$0" start
    ;;
  status)
    ${startStopDaemon} --status --pidfile ${pidFile}
    ;;
  *)
    echo "Usage: $0 {start|stop|restart|replace|status}" >&2
    exit 2
    ;;
esac
`;
}

/** @param startStopDaemon its absolute path */
export function sysv(runner: ProgramRunner, startStopDaemon: string): ServiceManager {
  const file = serviceFiles.sysv;
  /** Without it the admin enables the script; the helper runs until then anyway. */
  const updateRcd = findProgram('update-rc.d');
  return {
    name: 'sysv',
    file,
    async install(service) {
      await writeAtomically(file, initScript(service, startStopDaemon), 0o755);
      if (updateRcd !== undefined) await runner.mustRun(updateRcd, ['homing-helper', 'defaults']);
      await runner.mustRun(file, ['replace']);
    },
    async remove() {
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (!isThere) return await removeAtomic(file);
      await runner.run(file, ['stop'], undefined, 30_000);
      if (updateRcd !== undefined) await runner.mustRun(updateRcd, ['-f', 'homing-helper', 'remove']);
      // Last: while it is there, a removal that was interrupted is repeated as a whole.
      await removeAtomic(file);
    },
  };
}
