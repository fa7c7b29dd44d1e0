import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import {
  removeControllerFromFile,
  removePeerFromFile,
  renameInFile,
  setEndpointInFile,
  setMemberInFile,
  setNetworkInFile,
} from './network-change-actions.ts';
import { fileOption } from './network-file-option.ts';
import type {
  FileOption,
  SetEndpointOptions,
  SetMemberOptions,
  SetNetworkOptions,
} from './network-options.ts';
import { collected } from './option-values.ts';

const todo = 'prints what must be rendered or sent afterwards';

/** The verbs that change what is in a network already. */
export function addNetworkChangeCommands(network: Command, io: CliIo): void {
  network
    .command('remove-peer')
    .description(`remove a roaming machine; ${todo}`)
    .argument('<name>', 'its name')
    .option(...fileOption)
    .action((name: string, options: FileOption) => removePeerFromFile(io, name, options));

  network
    .command('remove-controller')
    .description(`remove a controller; ${todo}`)
    .argument('<name>', 'its name')
    .option(...fileOption)
    .action((name: string, options: FileOption) => removeControllerFromFile(io, name, options));

  network
    .command('rename')
    .description('give a machine another name, and with it other IPv6 addresses')
    .argument('<name>', 'its name now')
    .argument('<new-name>', 'its new name')
    .option(...fileOption)
    .action((from: string, to: string, options: FileOption) => renameInFile(io, from, to, options));

  network
    .command('set-endpoint')
    .description('replace where a machine is reached; what is not given stays')
    .argument('<name>', 'a controller, or a peer with a fixed address on its LAN')
    .option('--private-endpoint <endpoint>', 'on its LAN; may be repeated; none clears', collected)
    .option('--public-endpoint <endpoint>', 'on the internet; may be repeated; none clears', collected)
    .option('--port <port>', 'its UDP port')
    .option(...fileOption)
    .action((name: string, options: SetEndpointOptions) => setEndpointInFile(io, name, options));

  network
    .command('set-member')
    .description('change other facts of a machine; what is not given stays')
    .argument('<name>', 'a controller or a peer')
    .option(
      '--public-key <key>',
      'the new WireGuard public key of a controller; a peer brings its own by join card',
    )
    .option('--ipv4 <address>', 'its IPv4 address in the network')
    .option('--alias <name>', 'a further host name; may be repeated; none clears', collected)
    .option('--route <range>', 'a range behind a controller; may be repeated; none clears', collected)
    .option('--masquerade <on|off>', 'off: the hosts behind a controller have a route back to the network')
    .option('--migrate <on|off>', 'off: laptops never look for a controller on their LAN')
    .option('--exit <on|off>', 'on: laptops may send all their traffic through a controller')
    .option(
      '--exit-dns <address>',
      'the name server to ask through an exit; may be repeated; none clears',
      collected,
    )
    .option(
      '--default-controller <name>',
      'the controller that the name of a peer resolves through; none clears',
    )
    .option(...fileOption)
    .action((name: string, options: SetMemberOptions) => setMemberInFile(io, name, options));

  network
    .command('set')
    .description('change settings of the network; what is not given stays')
    .option(
      '--ipv4 <range>',
      'give every machine an IPv4 address, of a private range such as 10.42.0.0/16; none clears',
    )
    .option('--mtu <octets>', 'largest packet inside the tunnel; none clears')
    .option('--default-controller <name>', 'the controller for all who have none of their own')
    .option(...fileOption)
    .action((options: SetNetworkOptions) => setNetworkInFile(io, options));
}
