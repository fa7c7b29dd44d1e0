import { planAddresses } from '../../shared/addresses/plan.ts';
import { addController } from '../../shared/authoring/add-controller.ts';
import { addPeer, type PeerChange } from '../../shared/authoring/add-peer.ts';
import { followUp } from '../../shared/authoring/follow-up.ts';
import { parseJoinCard } from '../../shared/authoring/join-card.ts';
import { createNetwork } from '../../shared/authoring/network-file.ts';
import { fingerprintOf } from '../../shared/invite/fingerprint.ts';
import { generateSigningKey, networkKeyOf } from '../../shared/invite/network-key.ts';
import { readInput } from '../input.ts';
import type { CliIo } from '../io.ts';
import {
  changeNetwork,
  networkFilePath,
  readNetwork,
  signingKeyPath,
  writeNewNetwork,
} from '../network-files.ts';
import { followUpText, networkCommand } from '../text/follow-up-text.ts';
import { alignedRows } from '../text/table.ts';
import { agreeToReplace, refuseForgedCard } from './join-card-checks.ts';
import type { AddControllerOptions, AddPeerOptions, InitOptions } from './network-options.ts';
import { numberOf, switchOf } from './option-values.ts';

const cardLimitBytes = 8192;

/** `homing network init`: the file and the signing key. */
export async function initNetwork(io: CliIo, name: string, options: InitOptions): Promise<void> {
  const key = generateSigningKey();
  const file = createNetwork({
    name,
    domain: options.domain,
    publicKey: networkKeyOf(key),
    presharedKeys: options.presharedKeys === true,
    ipv4: options.ipv4,
    mtu: options.mtu === undefined ? undefined : numberOf(options.mtu),
  });
  const path = options.file ?? `${file.name}.network.json`;
  await writeNewNetwork(path, file, key);
  const facts = alignedRows(
    [
      ['Network file', `${path} (no secret; keep it in version control)`],
      ['Signing key', `${signingKeyPath(path, file.name)} (secret; back it up)`],
      ['Fingerprint', fingerprintOf(file.publicKey).words.join(' ')],
    ],
    '  ',
  );
  io.stdout.write(
    `Made the network "${file.name}".\n${facts}\n\nGive the fingerprint to those you invite, by voice or in person. Next:\n  homing network add-controller NAME --public-key KEY --public-endpoint ADDRESS\n`,
  );
}

/** `homing network add-controller`. */
export async function addControllerToFile(
  io: CliIo,
  name: string,
  options: AddControllerOptions,
): Promise<void> {
  const path = await networkFilePath(options.file);
  const { before, after } = await changeNetwork(io, path, (file) =>
    addController(file, {
      name,
      publicKey: options.publicKey,
      port: options.port === undefined ? undefined : numberOf(options.port),
      privateEndpoints: options.privateEndpoint,
      publicEndpoints: options.publicEndpoint,
      routes: options.route,
      ipv4: options.ipv4,
      aliases: options.alias,
      masquerade: switchOf(options.masquerade, '--masquerade'),
      migrate: switchOf(options.migrate, '--migrate'),
      exitDns: options.exit ? (options.exitDns ?? []) : options.exitDns,
    }),
  );
  const { controllerAddress, subnet } = planAddresses(after.name, name);
  const ipv4 = after.controllers.find((controller) => controller.name === name)?.ipv4;
  const noEndpoint = [...(options.privateEndpoint ?? []), ...(options.publicEndpoint ?? [])].length === 0;
  const note = noEndpoint ? 'It has no endpoint, so laptops find it on their own LAN only.\n' : '';
  const next =
    after.peers.length === 0
      ? `Next:\n${networkCommand('add-peer NAME', options.file)}\n`
      : followUpText(followUp(before, after), options.file);
  io.stdout.write(
    `Added the controller "${name}": ${controllerAddress} in ${subnet}${ipv4 === undefined ? '' : `, ${ipv4}`}, serial ${after.serial}.\n${note}${next}`,
  );
}

const changeText: Readonly<Record<PeerChange, string>> = {
  added: 'Added the peer',
  'keys-added': 'Added the keys of',
  'keys-replaced': 'Replaced the keys of',
  updated: 'Updated the peer',
  unchanged: 'Nothing to change for',
};

/** `homing network add-peer`. */
export async function addPeerToFile(io: CliIo, name: string, options: AddPeerOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const card = options.card === undefined ? undefined : parseJoinCard(await cardText(io, options.card));
  const peer = {
    name,
    card,
    defaultController: options.defaultController,
    ipv4: options.ipv4,
    aliases: options.alias,
    privateEndpoint: options.privateEndpoint,
  };
  const found = await readNetwork(io, path);
  const { change } = addPeer(found, peer);
  if (card !== undefined) {
    await refuseForgedCard(io, path, found, card, options.withoutProof === true);
    if (change === 'keys-replaced') await agreeToReplace(io, card, options);
  }
  const { before, after } = await changeNetwork(io, path, (file) => addPeer(file, peer).file);
  const ipv4 = after.peers.find((other) => other.name === name)?.ipv4;
  const address = change === 'added' && ipv4 !== undefined ? ` with ${ipv4}` : '';
  io.stdout.write(
    `${changeText[change]} "${name}"${address}, serial ${after.serial}.\n${followUpText(followUp(before, after), options.file)}`,
  );
}

async function cardText(io: CliIo, source: string): Promise<string> {
  return source.startsWith('homing-card:') ? source : await readInput(io, source, cardLimitBytes);
}
