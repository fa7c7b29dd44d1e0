import { planAddresses } from '../../shared/addresses/plan.ts';
import { addController } from '../../shared/authoring/add-controller.ts';
import { addPeer, type PeerChange } from '../../shared/authoring/add-peer.ts';
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
import { alignedRows } from '../text/table.ts';
import type { AddControllerOptions, AddPeerOptions, InitOptions } from './network-options.ts';

const cardLimitBytes = 8192;

/** `homing network init`: the file and the signing key. */
export async function initNetwork(io: CliIo, name: string, options: InitOptions): Promise<void> {
  const key = generateSigningKey();
  const file = createNetwork({
    name,
    domain: options.domain,
    publicKey: networkKeyOf(key),
    presharedKeys: options.presharedKeys === true,
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
    `Made the network "${file.name}".\n${facts}\n\nTell the fingerprint to those you invite, by voice or in person. Next:\n  homing network add-controller NAME --public-key KEY --public-endpoint ADDRESS\n`,
  );
}

/** `homing network add-controller`. */
export async function addControllerToFile(
  io: CliIo,
  name: string,
  options: AddControllerOptions,
): Promise<void> {
  const path = await networkFilePath(options.file);
  const file = await changeNetwork(io, path, (before) =>
    addController(before, {
      name,
      publicKey: options.publicKey,
      port: options.port === undefined ? undefined : portOf(options.port),
      privateEndpoints: options.privateEndpoint,
      publicEndpoints: options.publicEndpoint,
      routes: options.route,
    }),
  );
  const { controllerAddress, subnet } = planAddresses(file.name, name);
  const noEndpoint = [...(options.privateEndpoint ?? []), ...(options.publicEndpoint ?? [])].length === 0;
  const note = noEndpoint ? 'It has no endpoint, so laptops find it on their own LAN only.\n' : '';
  io.stdout.write(
    `Added the controller "${name}": ${controllerAddress} in ${subnet}, serial ${file.serial}.\n${note}Next:\n  homing network add-peer NAME\n  homing network render --controller ${name} --format wg-quick\n`,
  );
}

/** What is no number becomes one that no port is, and is refused with its name. */
function portOf(text: string): number {
  return /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
}

const changeText: Readonly<Record<PeerChange, string>> = {
  added: 'Added the peer',
  'keys-added': 'Took the keys of',
  'keys-replaced': 'Replaced the keys of',
  updated: 'Updated the peer',
  unchanged: 'Nothing to change for',
};

/** `homing network add-peer`. */
export async function addPeerToFile(io: CliIo, name: string, options: AddPeerOptions): Promise<void> {
  const path = await networkFilePath(options.file);
  const card = options.card === undefined ? undefined : parseJoinCard(await cardText(io, options.card));
  const peer = { name, card, defaultController: options.defaultController };
  const { change } = addPeer(await readNetwork(io, path), peer);
  const file = await changeNetwork(io, path, (before) => addPeer(before, peer).file);
  const hasKeys = file.peers.find((other) => other.name === name)?.publicKey !== null;
  const next = hasKeys
    ? `Render every controller again, so that it lets "${name}" in:\n${file.controllers
        .map((controller) => `  homing network render --controller ${controller.name} --format wg-quick`)
        .join('\n')}`
    : `Next, send it the invite:\n  homing network invite ${name} --out ${name}.homing`;
  io.stdout.write(`${changeText[change]} "${name}", serial ${file.serial}.\n${next}\n`);
}

async function cardText(io: CliIo, source: string): Promise<string> {
  return source.startsWith('homing-card:') ? source : await readInput(io, source, cardLimitBytes);
}
