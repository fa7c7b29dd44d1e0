import { bootRulesFile, ownUser } from '../../../shared/install/places.ts';

/**
 * Loads the rules of the kill switch before any network comes up (systemd.special(7), network-pre.target). A separate
 * unit, because the helper starts some seconds later; it adopts the rules.
 * @param nft its absolute path; the default is where Debian installs it later
 */
export function killSwitchUnit(nft = '/usr/sbin/nft'): string {
  const { stateDirectory, name } = ownUser;
  const rules = `${stateDirectory}/${bootRulesFile}`;
  return `[Unit]
Description=Homing kill switch: nothing passes beside the tunnel
DefaultDependencies=no
RequiresMountsFor=${stateDirectory}
After=local-fs.target
Wants=network-pre.target
Before=network-pre.target homing-helper.service shutdown.target
Conflicts=shutdown.target
ConditionPathExists=${rules}

[Service]
Type=oneshot
ExecStart=${nft} -f ${rules}
# The rules are the helper's file, so they are read with no more than its rights.
User=${name}
Group=${name}
AmbientCapabilities=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK

[Install]
WantedBy=sysinit.target
`;
}
