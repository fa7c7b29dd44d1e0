import { helperPlaces, ownUser } from '../../../shared/install/places.ts';
import type { HelperService } from './service.ts';

/**
 * What the helper's process may do beyond an ordinary one; test/mesh/own-user.test.ts shows that each is needed.
 * CAP_NET_ADMIN: interfaces, routes, nft rules, settings below /proc/sys/net. CAP_NET_RAW: Debian's and Ubuntu's ping is
 * a program with this file capability, which execve(2) refuses to start where it is not in the bounding set.
 */
export const capabilities = ['CAP_NET_ADMIN', 'CAP_NET_RAW'] as const;
/** Root gives the socket that it makes to its user. */
export const rootCapabilities = [...capabilities, 'CAP_CHOWN'];

const { stateDirectory: approvals, socketPath } = helperPlaces('linux');

/** What both units restrict. */
const sandbox = `# The helper needs some 100 MB with 100 controllers and 5,000 machines, wireguard-go some 30 MB beside it. Should it grow
# beyond, it alone ends and starts again: the tunnel stays.
MemoryMax=1G
OOMPolicy=continue
TasksMax=256
LimitNOFILE=4096

NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=no
DevicePolicy=closed
DeviceAllow=/dev/net/tun rw
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# The one exception, for an exit where rp_filter is strict (tunnel/linux/exit-answers.ts).
ReadWritePaths=-/proc/sys/net/ipv4/conf/all/src_valid_mark
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# Neither Node nor the programs it runs change priorities, limits or placement.
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
`;

const start = `Type=exec
Restart=always
RestartSec=200ms
KillMode=process
RuntimeDirectoryPreserve=yes
StateDirectoryMode=0700
`;

const install = `
[Install]
WantedBy=multi-user.target
`;

/**
 * The unit of a helper that runs as a user of its own, with two capabilities: it writes below no directory but its own.
 * Its restrictions were tested with a live tunnel (test/mesh/own-user.test.ts). Only the helper process is stopped:
 * wireguard-go survives it, and the next helper adopts the tunnel (systemd.kill(5), systemd.exec(5)).
 */
export function systemdUnit({ program, uid }: HelperService): string {
  const places = [
    `--runtime ${ownUser.runtimeDirectory} --state ${ownUser.stateDirectory}`,
    `--approvals ${approvals} --hosts-writer ${ownUser.hostsSocket}`,
  ].join(' ');
  return `[Unit]
Description=Homing helper: keeps the tunnel of one user
After=network-pre.target
Before=network-online.target
Requires=homing-helper.socket homing-hosts.socket
After=homing-helper.socket homing-hosts.socket

[Service]
ExecStart=${program} --uid ${uid} ${places}
${start}User=${ownUser.name}
Group=${ownUser.name}
AmbientCapabilities=${capabilities.join(' ')}
CapabilityBoundingSet=${capabilities.join(' ')}
RuntimeDirectory=homing/helper homing/helper/wireguard
RuntimeDirectoryMode=0700
StateDirectory=homing/helper
# wireguard-go has its sockets there. In the machine's directory are those of other programs' wireguard-go, which ends as soon
# as anything there is deleted or changes its owner.
BindPaths=${ownUser.runtimeDirectory}/wireguard:/run/wireguard
UMask=0077
RemoveIPC=yes

${sandbox}${install}`;
}

/**
 * The unit of a helper that runs as root, for systems whose packages describe services by themselves (nix/). It makes its
 * socket, and replaces the hosts file whole by rename(2), which needs the file's directory.
 */
export function systemdRootUnit({ program, uid }: HelperService): string {
  return `[Unit]
Description=Homing helper: keeps the tunnel of one user
After=network-pre.target
Before=network-online.target

[Service]
ExecStart=${program} --uid ${uid}
${start}CapabilityBoundingSet=${rootCapabilities.join(' ')}
RuntimeDirectory=homing wireguard
RuntimeDirectoryMode=0755
StateDirectory=homing
ReadWritePaths=/etc
UMask=0022

${sandbox}${install}`;
}

/**
 * The socket of the control API. systemd makes it, for the laptop's user alone, in a directory of root's: clients refuse
 * any other (client/helper-socket.ts). It goes with the helper, so that a stopped helper stays stopped.
 */
export function controlSocketUnit({ uid }: Pick<HelperService, 'uid'>): string {
  return `[Unit]
Description=Homing helper's socket
PartOf=homing-helper.service

[Socket]
ListenStream=${socketPath}
SocketUser=${uid}
SocketMode=0600
DirectoryMode=0755
RemoveOnStop=yes
`;
}

/**
 * The socket of the hosts file's writer, for the helper alone. Without default dependencies: while the machine shuts down,
 * the helper takes the names out through it, and systemd drops connections to a socket that is to stop.
 */
export function hostsSocketUnit(): string {
  return `[Unit]
Description=Socket of the writer of Homing's names
DefaultDependencies=no
RequiresMountsFor=${ownUser.hostsSocket}

[Socket]
ListenStream=${ownUser.hostsSocket}
SocketUser=${ownUser.name}
SocketMode=0600
DirectoryMode=0755
RemoveOnStop=yes
`;
}

/** The writer of the hosts file: root without a capability, network or devices, that may write below /etc alone. */
export function hostsUnit({ program }: Pick<HelperService, 'program'>): string {
  return `[Unit]
Description=Writer of Homing's names in the hosts file
DefaultDependencies=no
RequiresMountsFor=/etc

[Service]
Type=exec
ExecStart=${program} hosts-writer
MemoryMax=256M
TasksMax=32
LimitNOFILE=64
UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
PrivateNetwork=yes
IPAddressDeny=any
ProtectSystem=strict
# The hosts file is replaced whole by rename(2), which needs its directory.
ReadWritePaths=/etc
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
`;
}
