import {
  type ControllerPlan,
  headComments,
  type PlannedPeer,
  type RenderedFile,
  routerAdvertisementComment,
} from './controller-plan.ts';
import { firewallCommands, firewallTable, needsFirewall } from './firewall.ts';

/**
 * A controller's NixOS module, to be imported. The Nix store is world-readable, so preshared keys are separate files.
 * All printed values consist of characters that need no escaping in a Nix string.
 */
export function renderNixos(plan: ControllerPlan): RenderedFile[] {
  const keys = new Map(
    plan.peers.flatMap((peer) =>
      peer.presharedKey === undefined ? [] : [[presharedKeyPath(plan, peer), peer.presharedKey]],
    ),
  );
  const keyFiles = [...keys].map(([path, key]) => ({ path, text: `${key}\n`, secret: true }));
  return [{ path: `/etc/nixos/${plan.interfaceName}.nix`, text: module(plan), secret: false }, ...keyFiles];
}

function presharedKeyPath(plan: ControllerPlan, peer: PlannedPeer): string {
  return `/etc/wireguard/${plan.interfaceName}-${peer.member}.psk`;
}

function module(plan: ControllerPlan): string {
  const key = `/etc/wireguard/${plan.interfaceName}.key`;
  return [
    ...headComments(plan),
    `# Make its key once: (umask 077; wg genkey > ${key})`,
    needsFirewall(plan) ? '{ pkgs, ... }: {' : '{',
    `  networking.firewall.allowedUDPPorts = [ ${plan.listenPort} ];`,
    `  ${routerAdvertisementComment}`,
    '  boot.kernel.sysctl."net.ipv6.conf.all.forwarding" = 1;',
    ...(plan.forwardsIpv4 ? ['  boot.kernel.sysctl."net.ipv4.ip_forward" = 1;'] : []),
    `  networking.wireguard.interfaces."${plan.interfaceName}" = {`,
    `    ips = [${plan.addresses.map((address) => ` "${address}"`).join('')} ];`,
    `    listenPort = ${plan.listenPort};`,
    ...(plan.mtu === undefined ? [] : [`    mtu = ${plan.mtu};`]),
    `    privateKeyFile = "${key}";`,
    ...(needsFirewall(plan) ? firewallLines(plan) : []),
    '    peers = [',
    ...plan.peers.flatMap((peer) => peerLines(plan, peer)),
    '    ];',
    '  };',
    '  networking.hosts = {',
    ...plan.names.map(
      ({ address, names }) => `    "${address}" = [${names.map((name) => ` "${name}"`).join('')} ];`,
    ),
    '  };',
    '}',
    '',
  ].join('\n');
}

/** Loaded with the interface, so that the host's own firewall may be iptables or nftables. */
function firewallLines(plan: ControllerPlan): string[] {
  return [
    '    # Members reach members and the ranges behind this controller through it, and nothing else.',
    `    postSetup = "\${pkgs.nftables}/bin/nft -f \${pkgs.writeText "${plan.interfaceName}.nft" ''`,
    ...firewallCommands(plan, plan.interfaceName).map((command) => `      ${command}`),
    `    ''}";`,
    `    postShutdown = "\${pkgs.nftables}/bin/nft delete table ${firewallTable(plan.interfaceName)}";`,
  ];
}

function peerLines(plan: ControllerPlan, peer: PlannedPeer): string[] {
  return [
    `      # ${peer.comment}`,
    '      {',
    `        publicKey = "${peer.publicKey}";`,
    ...(peer.presharedKey === undefined
      ? []
      : [`        presharedKeyFile = "${presharedKeyPath(plan, peer)}";`]),
    `        allowedIPs = [${peer.allowedIps.map((range) => ` "${range}"`).join('')} ];`,
    ...(peer.endpoint === undefined ? [] : [`        endpoint = "${peer.endpoint}";`]),
    ...(peer.persistentKeepaliveSeconds === undefined
      ? []
      : [`        persistentKeepalive = ${peer.persistentKeepaliveSeconds};`]),
    '      }',
  ];
}
