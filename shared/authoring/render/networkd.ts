import {
  type ControllerPlan,
  headComments,
  type PlannedPeer,
  portComments,
  type RenderedFile,
  routerAdvertisementComment,
} from './controller-plan.ts';
import { firewallCommands, firewallTable, needsFirewall } from './firewall.ts';

/**
 * A controller's files for systemd-networkd (systemd.netdev(5), systemd.network(5)). Routes are explicit, since
 * RouteTable= of a WireGuard peer is newer than networkd 249; forwarding is a sysctl file, since networkd 256 replaced
 * IPForward= by IPv6Forwarding=.
 */
export function renderNetworkd(plan: ControllerPlan): RenderedFile[] {
  const directory = '/etc/systemd/network';
  const secret = plan.peers.some(({ presharedKey }) => presharedKey !== undefined);
  return [
    { path: `${directory}/50-${plan.interfaceName}.netdev`, text: netdev(plan, directory), secret },
    { path: `${directory}/50-${plan.interfaceName}.network`, text: network(plan), secret: false },
    { path: `/etc/sysctl.d/50-${plan.interfaceName}.conf`, text: sysctl(plan), secret: false },
    ...(needsFirewall(plan) ? firewallFiles(plan) : []),
  ];
}

/** networkd has no forwarding rules, so a unit loads them; nftables.service flushes them when it restarts. */
function firewallFiles(plan: ControllerPlan): RenderedFile[] {
  const name = `homing-${plan.interfaceName}`;
  const rules = `/etc/homing/${name}.nft`;
  const unit = [
    `# systemctl enable --now ${name}-firewall`,
    '[Unit]',
    `Description=Forwarding of the WireGuard network ${plan.network}`,
    'After=nftables.service',
    'PartOf=nftables.service',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=/usr/sbin/nft -f ${rules}`,
    `ExecStop=/usr/sbin/nft delete table ${firewallTable(plan.interfaceName)}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
  const head = '# Members reach members and the ranges behind this controller through it, and nothing else.';
  const text = [head, ...firewallCommands(plan, plan.interfaceName), ''].join('\n');
  return [
    { path: rules, text, secret: false },
    { path: `/etc/systemd/system/${name}-firewall.service`, text: unit, secret: false },
  ];
}

function netdev(plan: ControllerPlan, directory: string): string {
  const key = `${directory}/${plan.interfaceName}.key`;
  return [
    ...headComments(plan),
    ...portComments(plan),
    `# Make its key once: (umask 027; wg genkey > ${key}; chgrp systemd-network ${key})`,
    ...(plan.peers.some(({ presharedKey }) => presharedKey !== undefined)
      ? ['# This file holds preshared keys: chmod 640 and chgrp systemd-network']
      : []),
    '',
    '[NetDev]',
    `Name=${plan.interfaceName}`,
    'Kind=wireguard',
    ...(plan.mtu === undefined ? [] : [`MTUBytes=${plan.mtu}`]),
    '',
    '[WireGuard]',
    `PrivateKeyFile=${key}`,
    `ListenPort=${plan.listenPort}`,
    ...plan.peers.flatMap(peerLines),
    '',
  ].join('\n');
}

function peerLines(peer: PlannedPeer): string[] {
  return [
    '',
    '[WireGuardPeer]',
    `# ${peer.comment}`,
    `PublicKey=${peer.publicKey}`,
    ...(peer.presharedKey === undefined ? [] : [`PresharedKey=${peer.presharedKey}`]),
    ...peer.allowedIps.map((range) => `AllowedIPs=${range}`),
    ...(peer.endpoint === undefined ? [] : [`Endpoint=${peer.endpoint}`]),
    ...(peer.persistentKeepaliveSeconds === undefined
      ? []
      : [`PersistentKeepalive=${peer.persistentKeepaliveSeconds}`]),
  ];
}

function network(plan: ControllerPlan): string {
  return [
    '[Match]',
    `Name=${plan.interfaceName}`,
    '',
    '[Network]',
    ...plan.addresses.map((address) => `Address=${address}`),
    '',
    '# All members of the network lie in this range; WireGuard sorts out whose an address is.',
    ...[plan.base, ...plan.routes].flatMap((range) => ['[Route]', `Destination=${range}`, '']),
  ].join('\n');
}

function sysctl(plan: ControllerPlan): string {
  return [
    routerAdvertisementComment,
    'net.ipv6.conf.all.forwarding = 1',
    ...(plan.forwardsIpv4 ? ['net.ipv4.ip_forward = 1'] : []),
    '',
  ].join('\n');
}
