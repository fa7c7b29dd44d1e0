import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import { addControllerToFile, addPeerToFile, initNetwork } from './network-actions.ts';
import { addNetworkChangeCommands } from './network-change.ts';
import { fileOption } from './network-file-option.ts';
import { importNetwork } from './network-import-action.ts';
import { listNetwork, showMember } from './network-list-action.ts';
import type {
  AddControllerOptions,
  AddPeerOptions,
  ImportNetworkOptions,
  InitOptions,
  InviteOptions,
  ListOptions,
  RenderOptions,
} from './network-options.ts';
import { printConfiguration, printInvite } from './network-output.ts';
import { collected } from './option-values.ts';

/** `homing network`: for the admin of a network. */
export function addNetworkCommand(program: Command, io: CliIo): void {
  const network = program.command('network').description('make and change a network of your own');
  addInit(network, io);
  addImport(network, io);
  addList(network, io);
  addControllerCommand(network, io);
  addPeerCommand(network, io);
  addNetworkChangeCommands(network, io);
  addOutput(network, io);
}

function addInit(network: Command, io: CliIo): void {
  network
    .command('init')
    .description('make a new network: its file and its signing key')
    .argument('<name>', 'for example wgnet')
    .option('--domain <domain>', 'what host names end in (default: the name)')
    .option('--preshared-keys', 'add a preshared key between every peer and controller')
    .option(
      '--ipv4 <range>',
      'also give every machine an IPv4 address, of a private range such as 10.42.0.0/16',
    )
    .option('--mtu <octets>', 'largest packet inside the tunnel (default: 1420)')
    .option('--file <file>', 'where to write (default: NAME.network.json)')
    .action((name: string, options: InitOptions) => initNetwork(io, name, options));
}

function addImport(network: Command, io: CliIo): void {
  network
    .command('import')
    .description('make the network file of an existing Clan network')
    .requiredOption('--clan <directory>', 'with instances.json and vars/per-machine, see docs/MIGRATING.md')
    .option('--instance <name>', 'the instance of the wireguard service (default: the only one with keys)')
    .option('--domain <domain>', 'what host names end in (default: as the Clan has it)')
    .option('--file <file>', 'where to write (default: NAME.network.json)')
    .action((options: ImportNetworkOptions) => importNetwork(io, options));
}

function addList(network: Command, io: CliIo): void {
  network
    .command('list')
    .description('print the network and its machines')
    .option('--json', 'print JSON')
    .option(...fileOption)
    .action((options: ListOptions) => listNetwork(io, options));

  network
    .command('show')
    .description('print everything about one machine')
    .argument('<name>', 'a controller or a peer')
    .option('--json', 'print JSON')
    .option(...fileOption)
    .action((name: string, options: ListOptions) => showMember(io, name, options));
}

function addControllerCommand(network: Command, io: CliIo): void {
  network
    .command('add-controller')
    .description('add a machine that others can reach')
    .argument('<name>', 'its host name, for example nas')
    .requiredOption('--public-key <key>', 'its WireGuard public key')
    .option('--port <port>', 'its UDP port (default: 51820)')
    .option(
      '--private-endpoint <endpoint>',
      'its address on its LAN, with or without port; may be repeated',
      collected,
    )
    .option('--public-endpoint <endpoint>', 'its address on the internet; may be repeated', collected)
    .option('--route <range>', 'a range behind it, such as its LAN; may be repeated', collected)
    .option(
      '--masquerade <on|off>',
      'off: the hosts behind it have a route back to the network (default: on)',
    )
    .option('--migrate <on|off>', 'off: laptops never look for it on their LAN (default: on)')
    .option('--exit', 'laptops may send all their traffic through it')
    .option(
      '--exit-dns <address>',
      'with --exit: the name server to ask through it; may be repeated',
      collected,
    )
    .option('--ipv4 <address>', 'its IPv4 address in the network (default: the next free one)')
    .option('--alias <name>', 'a further host name; may be repeated', collected)
    .option(...fileOption)
    .action((name: string, options: AddControllerOptions) => addControllerToFile(io, name, options));
}

function addPeerCommand(network: Command, io: CliIo): void {
  network
    .command('add-peer')
    .description('add a roaming machine, or the keys of its join card')
    .argument('<name>', 'its host name, for example laptop')
    .option('--card <file>', 'its join card: a file, the homing-card: line itself, or - for standard input')
    .option('--without-proof', 'take a card that does not prove its invite, after comparing its six words')
    .option('--replace-keys', 'let the card replace the keys of a peer that has joined')
    .option('--default-controller <name>', 'the controller that its name resolves through, for everybody')
    .option('--ipv4 <address>', 'its IPv4 address in the network (default: the next free one)')
    .option('--alias <name>', 'a further host name; may be repeated', collected)
    .option('--private-endpoint <endpoint>', 'its address and fixed port on its own LAN')
    .option(...fileOption)
    .action((name: string, options: AddPeerOptions) => addPeerToFile(io, name, options));
}

function addOutput(network: Command, io: CliIo): void {
  network
    .command('invite')
    .description('print the signed invite of a peer')
    .argument('<peer>', 'its name')
    .option('--out <file>', 'write it to a .homing file')
    .option('--link', 'print it as a homing:// link')
    .option('--qr', 'print it as a QR code')
    .option('--expires-in <time>', 'when it may no longer be imported: 45m, 12h, 30d, 2w')
    .option(...fileOption)
    .action((peer: string, options: InviteOptions) => printInvite(io, peer, options));

  network
    .command('render')
    .description('print the configuration of a controller')
    .requiredOption('--controller <name>', 'its name')
    .requiredOption('--format <format>', 'wg-quick, networkd, nixos, or hosts for its names')
    .option('--out <path>', 'write it to a file, or into a directory')
    .option(...fileOption)
    .action((options: RenderOptions) => printConfiguration(io, options));
}
