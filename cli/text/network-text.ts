import { planAddresses } from '../../shared/addresses/plan.ts';
import type { Member } from '../../shared/authoring/change-member.ts';
import type { AuthoredController, AuthoredPeer, NetworkFile } from '../../shared/authoring/network-file.ts';
import { memberHostName } from '../../shared/names/member-name.ts';
import { alignedRows } from './table.ts';

/** What `homing network list` prints. */
export function networkText(file: NetworkFile): string {
  const facts = [
    ['Domain', file.domain],
    ['Serial', String(file.serial)],
    ...(file.ipv4 === undefined ? [] : [['IPv4', file.ipv4]]),
    ...(file.mtu === undefined ? [] : [['MTU', String(file.mtu)]]),
    ...(file.presharedKeys ? [['Preshared keys', 'yes']] : []),
  ];
  const controllers = file.controllers.map((controller) => controllerRow(file, controller));
  const peers = file.peers.map((peer) => peerRow(file, peer));
  return [
    `Network "${file.name}"\n${alignedRows(facts, '  ')}\n`,
    controllers.length === 0
      ? 'No controller yet: homing network add-controller NAME\n'
      : `${alignedRows([['CONTROLLER', 'ADDRESS', 'IPV4', 'LAN', 'INTERNET', 'ROUTES', ''], ...controllers])}\n`,
    peers.length === 0
      ? 'No peer yet: homing network add-peer NAME\n'
      : `${alignedRows([['PEER', 'ADDRESS', 'IPV4', 'KEYS', 'NAMED THROUGH'], ...peers])}\n`,
  ].join('\n');
}

function controllerRow(file: NetworkFile, controller: AuthoredController): string[] {
  const { name, endpoints, routes, ipv4, migrate, exit } = controller;
  return [
    name,
    planAddresses(file.name, name).controllerAddress,
    ipv4 ?? '-',
    endpoints.private.join(', ') || '-',
    endpoints.public.join(', ') || '-',
    routes.join(', ') || '-',
    [
      ...(file.defaultController === name ? ['default'] : []),
      ...(migrate === false ? ['does not migrate'] : []),
      ...(exit === undefined ? [] : ['exit']),
    ].join(', '),
  ];
}

/** The controller in whose subnet the name of a peer resolves. */
function namedThrough(file: NetworkFile, peer: AuthoredPeer): string | undefined {
  return peer.defaultController ?? file.defaultController ?? file.controllers[0]?.name;
}

function peerRow(file: NetworkFile, peer: AuthoredPeer): string[] {
  const through = namedThrough(file, peer);
  const address =
    through === undefined ? undefined : planAddresses(file.name, through, peer.name).peerAddress;
  return [peer.name, address ?? '-', peer.ipv4 ?? '-', keysText(peer), through ?? '-'];
}

function keysText({ publicKey, probePublicKey }: AuthoredPeer): string {
  if (publicKey === null) return 'waiting for its join card';
  return probePublicKey === null ? 'no probe key' : 'joined';
}

/** What `homing network show NAME` prints. */
export function memberText(file: NetworkFile, member: Member): string {
  const names = [member.name, ...(member.aliases ?? [])].map(
    (name) => `${memberHostName(name)}.${file.domain}`,
  );
  const rows = [
    ['Host names', names.join(', ')],
    ...(member.kind === 'controller' ? controllerFacts(file, member) : peerFacts(file, member)),
  ];
  return `${member.name}: ${member.kind} of "${file.name}"${file.defaultController === member.name ? ', the default' : ''}\n${alignedRows(rows, '  ')}\n`;
}

function controllerFacts(file: NetworkFile, controller: AuthoredController): string[][] {
  const { controllerAddress, subnet } = planAddresses(file.name, controller.name);
  const hasRoutes = controller.routes.length > 0;
  return [
    ['Address', controllerAddress],
    ['Subnet', subnet],
    ...(controller.ipv4 === undefined ? [] : [['IPv4', controller.ipv4]]),
    ['Public key', controller.publicKey],
    ['UDP port', String(controller.port)],
    ['LAN', controller.endpoints.private.join(', ') || '-'],
    ['Internet', controller.endpoints.public.join(', ') || '-'],
    ...(hasRoutes ? [['Routes', controller.routes.join(', ')]] : []),
    ...(hasRoutes ? [['Masquerade', controller.masquerade === false ? 'off' : 'on']] : []),
    ...(controller.migrate === false ? [['Migrate', 'off: laptops use its internet endpoints only']] : []),
    ...(controller.exit === undefined
      ? []
      : [
          [
            'Exit',
            `yes, names looked up ${controller.exit.dns.length === 0 ? 'as before' : `at ${controller.exit.dns.join(', ')}`}`,
          ],
        ]),
  ];
}

function peerFacts(file: NetworkFile, peer: AuthoredPeer): string[][] {
  const addresses = file.controllers.map(({ name }) => [
    planAddresses(file.name, name, peer.name).peerAddress ?? '',
    name,
  ]);
  return [
    ...addresses.map(([address = '', through = ''], i) => [
      i === 0 ? 'Addresses' : '',
      `${address}  through ${through}`,
    ]),
    ...(peer.ipv4 === undefined ? [] : [['IPv4', peer.ipv4]]),
    ['Public key', peer.publicKey ?? 'none yet: waiting for its join card'],
    ...(peer.probePublicKey === null ? [] : [['Probe key', peer.probePublicKey]]),
    ['Named through', namedThrough(file, peer) ?? '-'],
    ...(peer.privateEndpoint === undefined ? [] : [['LAN', peer.privateEndpoint]]),
  ];
}
