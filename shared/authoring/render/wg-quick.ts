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
 * A controller's file for wg-quick(8). Its private key stays in `/etc/wireguard/<interface>.key` and is loaded from
 * there. An empty AllowedIPs is omitted: wg 1.0.20210914 rejects the line `AllowedIPs = `.
 */
export function renderWgQuick(plan: ControllerPlan): RenderedFile[] {
  const head = [
    ...headComments(plan),
    ...portComments(plan),
    `# Make its key once: (umask 077; wg genkey > /etc/wireguard/${plan.interfaceName}.key)`,
    '',
    '[Interface]',
    `Address = ${plan.addresses.join(', ')}`,
    `ListenPort = ${plan.listenPort}`,
    ...(plan.mtu === undefined ? [] : [`MTU = ${plan.mtu}`]),
    'PostUp = wg set %i private-key /etc/wireguard/%i.key',
    routerAdvertisementComment,
    'PostUp = sysctl -q -w net.ipv6.conf.all.forwarding=1',
    ...(plan.forwardsIpv4 ? ['PostUp = sysctl -q -w net.ipv4.ip_forward=1'] : []),
    ...(needsFirewall(plan)
      ? [
          '# Members reach members and the ranges behind this controller through it, and nothing else.',
          ...firewallCommands(plan, '%i').map((command) => `PostUp = nft '${command}'`),
          `PostDown = nft 'delete table ${firewallTable('%i')}'`,
        ]
      : []),
  ];
  const text = [...head, ...plan.peers.flatMap(peerLines), ''].join('\n');
  const secret = plan.peers.some(({ presharedKey }) => presharedKey !== undefined);
  return [{ path: `/etc/wireguard/${plan.interfaceName}.conf`, text, secret }];
}

function peerLines(peer: PlannedPeer): string[] {
  return [
    '',
    '[Peer]',
    `# ${peer.comment}`,
    `PublicKey = ${peer.publicKey}`,
    ...(peer.presharedKey === undefined ? [] : [`PresharedKey = ${peer.presharedKey}`]),
    ...(peer.allowedIps.length === 0 ? [] : [`AllowedIPs = ${peer.allowedIps.join(', ')}`]),
    ...(peer.endpoint === undefined ? [] : [`Endpoint = ${peer.endpoint}`]),
    ...(peer.persistentKeepaliveSeconds === undefined
      ? []
      : [`PersistentKeepalive = ${peer.persistentKeepaliveSeconds}`]),
  ];
}
