import type { HelperService } from './service.ts';

/**
 * The unit. Its restrictions were tested with a live tunnel (test/mesh/hardening.test.ts): CAP_NET_ADMIN creates
 * interfaces, routes and nft rules, CAP_CHOWN gives the socket to its user. Only the helper process is stopped:
 * wireguard-go survives it, and the next helper adopts the tunnel (systemd.kill(5), systemd.exec(5)).
 */
export const capabilities = ['CAP_NET_ADMIN', 'CAP_CHOWN'] as const;

export function systemdUnit({ program, uid }: HelperService): string {
  return `[Unit]
Description=Homing helper: keeps the tunnel of one user
After=network-pre.target
Before=network-online.target

[Service]
Type=exec
ExecStart=${program} --uid ${uid}
Restart=always
RestartSec=200ms
KillMode=process
RuntimeDirectory=homing wireguard
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
StateDirectory=homing
StateDirectoryMode=0700
UMask=0022

# The helper needs some 100 MB with 100 controllers and 5,000 machines, wireguard-go some 30 MB beside it. Should it grow
# beyond, it alone ends and starts again: the tunnel stays.
MemoryMax=1G
OOMPolicy=continue
TasksMax=256
LimitNOFILE=4096

NoNewPrivileges=yes
CapabilityBoundingSet=${capabilities.join(' ')}
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
ProtectSystem=strict
# The hosts file is replaced whole by rename(2), which needs its directory.
ReadWritePaths=/etc
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

[Install]
WantedBy=multi-user.target
`;
}
