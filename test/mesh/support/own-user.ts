import { fileURLToPath } from 'node:url';
import { capabilities } from '../../../helper/install/services/systemd-unit.ts';
import { ownUser } from '../../../shared/install/places.ts';
import type { Host } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';
import { socketPath } from './raw-call.ts';

/** A host of the lab as the installer leaves it on a system with systemd: the helper has a user of its own. */

/** A free number among those of system users. */
export const ownUserId = 990;
const sockets = fileURLToPath(new URL('socket-unit.py', import.meta.url));
const socketsInHost = '/opt/homing/socket-unit.py';

/** As User=, AmbientCapabilities=, CapabilityBoundingSet= and NoNewPrivileges= of a unit. */
export function asOwnUser(kept: readonly string[] = capabilities): readonly string[] {
  const set = ['-all', ...kept.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',');
  return [
    ...['/usr/bin/setpriv', '--reuid', `${ownUserId}`, '--regid', `${ownUserId}`, '--clear-groups'],
    ...['--inh-caps', set, '--ambient-caps', set, '--bounding-set', set, '--no-new-privs', '--'],
  ];
}

const script = `
mkdir -p /run/homing ${ownUser.runtimeDirectory} /var/lib/homing ${ownUser.stateDirectory}
chmod 755 /run/homing /var/lib/homing
chown ${ownUserId}:${ownUserId} ${ownUser.runtimeDirectory} ${ownUser.stateDirectory} /run/wireguard
chmod 700 ${ownUser.runtimeDirectory} ${ownUser.stateDirectory}
# As udev has it (50-udev-default.rules); the kernel asks for CAP_NET_ADMIN.
mknod -m 666 /srv/tun c 10 200
mount --bind /srv/tun /dev/net/tun
`;

/** Makes the user, its directories, and the socket of the hosts file's writer. @returns the writer's socket unit */
export async function prepareOwnUser(host: Host, program: readonly string[]): Promise<HostProcess> {
  await host.addUser(ownUser.name, ownUserId);
  await host.run(['/bin/sh', '-ec', script]);
  await host.bind(sockets, socketsInHost);
  // Root with no capability, as the writer's unit.
  const nothing = [
    '/usr/bin/setpriv',
    '--bounding-set',
    '-all',
    '--inh-caps',
    '-all',
    '--no-new-privs',
    '--',
  ];
  const unit = ['serve', ownUser.hostsSocket, `${ownUserId}`, ...nothing, ...program, 'hosts-writer'];
  const writer = await host.spawn(['python3', socketsInHost, ...unit]);
  await writer.stdout.waitFor(/^listening/, 10_000);
  return writer;
}

/** The command of the helper's unit, behind its socket. */
export function ownUserCommand(program: readonly string[], uid: number, kept = capabilities): string[] {
  return [
    ...['python3', socketsInHost, 'exec', socketPath, `${uid}`, ...asOwnUser(kept), ...program],
    ...['--uid', `${uid}`, '--runtime', ownUser.runtimeDirectory, '--state', ownUser.stateDirectory],
    ...['--approvals', '/var/lib/homing', '--hosts-writer', ownUser.hostsSocket],
  ];
}
