import { planAddresses } from '../../shared/addresses/plan.ts';
import {
  memberOf,
  removeController,
  removePeer,
  renameMember,
  setEndpoints,
  setMember,
} from '../../shared/authoring/change-member.ts';
import { followUp } from '../../shared/authoring/follow-up.ts';
import type { NetworkFile } from '../../shared/authoring/network-file.ts';
import { setNetwork } from '../../shared/authoring/network-settings.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { CliIo } from '../io.ts';
import { type ChangedNetwork, changeNetwork, networkFilePath } from '../network-files.ts';
import { followUpText } from '../text/follow-up-text.ts';
import type {
  FileOption,
  SetEndpointOptions,
  SetMemberOptions,
  SetNetworkOptions,
} from './network-options.ts';
import { listOf, none, numberOf, switchOf } from './option-values.ts';

/** Carries a change out and prints it, with what must be rendered or sent afterwards. */
async function change(
  io: CliIo,
  options: FileOption,
  apply: (file: NetworkFile) => NetworkFile,
  sentence: (changed: ChangedNetwork) => string,
): Promise<void> {
  const changed = await changeNetwork(io, await networkFilePath(options.file), apply);
  if (changed.after === changed.before) {
    io.stdout.write(`Nothing to change: it is so already, serial ${changed.after.serial}.\n`);
    return;
  }
  const todo = followUpText(followUp(changed.before, changed.after), options.file);
  io.stdout.write(`${sentence(changed)}, serial ${changed.after.serial}.\n${todo}`);
}

/** `homing network remove-peer`. */
export async function removePeerFromFile(io: CliIo, name: string, options: FileOption): Promise<void> {
  await change(
    io,
    options,
    (file) => removePeer(file, name),
    ({ before }) => {
      const hasKeys = before.peers.find((peer) => peer.name === name)?.publicKey !== null;
      return `Removed the peer "${name}"${hasKeys ? '; every controller lets it in until it is rendered again' : ''}`;
    },
  );
}

/** `homing network remove-controller`. */
export async function removeControllerFromFile(io: CliIo, name: string, options: FileOption): Promise<void> {
  await change(
    io,
    options,
    (file) => removeController(file, name),
    ({ before, after }) => {
      const orphans = before.peers.filter((peer) => peer.defaultController === name).length;
      return [
        `Removed the controller "${name}"`,
        ...(before.defaultController === name && after.defaultController !== null
          ? [`"${after.defaultController}" is the default controller now`]
          : []),
        ...(orphans > 0
          ? [`${orphans === 1 ? 'a peer' : `${orphans} peers`} designated to it use the default`]
          : []),
      ].join('; ');
    },
  );
}

/** `homing network rename`. */
export async function renameInFile(io: CliIo, from: string, to: string, options: FileOption): Promise<void> {
  await change(
    io,
    options,
    (file) => renameMember(file, from, to),
    ({ before, after }) =>
      `Renamed "${from}" to "${to}": ${addressOf(before, from)} is now ${addressOf(after, to)}`,
  );
}

function addressOf(file: NetworkFile, name: string): string {
  const member = memberOf(file, name);
  if (member.kind === 'controller') return planAddresses(file.name, name).controllerAddress;
  const through = member.defaultController ?? file.defaultController ?? '';
  return planAddresses(file.name, through, name).peerAddress ?? '';
}

/** `homing network set-endpoint`. @throws HomingError `nothing-given` */
export async function setEndpointInFile(io: CliIo, name: string, options: SetEndpointOptions): Promise<void> {
  const { file: _file, ...given } = options;
  refuseNothingGiven(given, '--private-endpoint, --public-endpoint or --port');
  await change(
    io,
    options,
    (file) =>
      setEndpoints(file, name, {
        port: options.port === undefined ? undefined : numberOf(options.port),
        privateEndpoints: listOf(options.privateEndpoint),
        publicEndpoints: listOf(options.publicEndpoint),
      }),
    ({ after }) => `${endpointsText(after, name)}`,
  );
}

function endpointsText(file: NetworkFile, name: string): string {
  const member = memberOf(file, name);
  if (member.kind === 'peer')
    return `"${name}" is at ${member.privateEndpoint ?? 'no fixed endpoint'} on its LAN`;
  const { private: lan, public: internet } = member.endpoints;
  return `"${name}" is at ${lan.join(', ') || 'no named endpoint'} on its LAN and ${internet.join(', ') || 'no endpoint'} on the internet`;
}

/** `homing network set-member`. @throws HomingError `nothing-given` */
export async function setMemberInFile(io: CliIo, name: string, options: SetMemberOptions): Promise<void> {
  const { file: _file, ...given } = options;
  refuseNothingGiven(given, 'at least one option');
  await change(
    io,
    options,
    (file) =>
      setMember(file, name, {
        ipv4: options.ipv4,
        publicKey: options.publicKey,
        aliases: listOf(options.alias),
        routes: listOf(options.route),
        masquerade: switchOf(options.masquerade, '--masquerade'),
        migrate: switchOf(options.migrate, '--migrate'),
        exit: switchOf(options.exit, '--exit'),
        exitDns: listOf(options.exitDns),
        defaultController: options.defaultController === none ? null : options.defaultController,
      }),
    () => `Changed "${name}"`,
  );
}

/** `homing network set`. @throws HomingError `nothing-given` */
export async function setNetworkInFile(io: CliIo, options: SetNetworkOptions): Promise<void> {
  const { file: _file, ...given } = options;
  refuseNothingGiven(given, '--ipv4, --mtu or --default-controller');
  await change(
    io,
    options,
    (file) =>
      setNetwork(file, {
        ipv4: options.ipv4 === none ? null : options.ipv4,
        mtu: options.mtu === none ? null : options.mtu === undefined ? undefined : numberOf(options.mtu),
        defaultController: options.defaultController,
      }),
    ({ before, after }) => `Changed the network "${after.name}"${addressedText(before, after)}`,
  );
}

function addressedText(before: NetworkFile, after: NetworkFile): string {
  const addressed = (file: NetworkFile) =>
    [...file.controllers, ...file.peers].filter(({ ipv4 }) => ipv4 !== undefined).length;
  const added = addressed(after) - addressed(before);
  return added > 0 ? `: ${added} IPv4 address${added === 1 ? '' : 'es'} of ${after.ipv4} assigned` : '';
}

function refuseNothingGiven(given: object, what: string): void {
  if (Object.values(given).some((value) => value !== undefined)) return;
  throw new HomingError({
    code: 'nothing-given',
    title: 'Nothing was given to change',
    cause: 'The command names no option.',
    remedy: `Give ${what}.`,
  });
}
