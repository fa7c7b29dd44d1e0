import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClanMachine,
  clanNetwork,
  parseClanInstance,
  parseClanInstances,
} from '../../shared/authoring/clan-network.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { fingerprintOf } from '../../shared/invite/fingerprint.ts';
import { generateSigningKey, networkKeyOf } from '../../shared/invite/network-key.ts';
import { readInput } from '../input.ts';
import type { CliIo } from '../io.ts';
import { signingKeyPath, writeNewNetwork } from '../network-files.ts';
import { networkCommand } from '../text/follow-up-text.ts';
import { networkText } from '../text/network-text.ts';
import type { ImportNetworkOptions } from './network-options.ts';

const instancesLimitBytes = 8 * 1024 * 1024;
/** A key has 44 characters, a prefix or a suffix some 20. */
const varLimitBytes = 256;

/** `homing network import --clan DIR`: the network file of a Clan instance, with a new signing key. */
export async function importNetwork(io: CliIo, options: ImportNetworkOptions): Promise<void> {
  const directory = options.clan;
  const instances = parseClanInstances(
    await readInput(io, join(directory, 'instances.json'), instancesLimitBytes),
  );
  const machines = join(directory, 'vars', 'per-machine');
  const instanceName = options.instance ?? (await onlyInstance(machines, Object.keys(instances)));
  if (!Object.hasOwn(instances, instanceName)) throw unknownInstance(instanceName, Object.keys(instances));
  const key = generateSigningKey();
  const file = clanNetwork({
    instanceName,
    instance: parseClanInstance(instances[instanceName]),
    machines: await readMachines(io, machines, instanceName),
    domain: options.domain,
    networkKey: networkKeyOf(key),
  });
  const path = options.file ?? `${file.name}.network.json`;
  await writeNewNetwork(path, file, key);
  const peer = file.peers[0]?.name ?? 'NAME';
  io.stdout.write(
    [
      networkText(file),
      `Wrote ${path} and the signing key ${signingKeyPath(path, file.name)} (secret; back it up).`,
      `Fingerprint: ${fingerprintOf(file.publicKey).words.join(' ')}`,
      'Clan still configures every machine. For each laptop that will run Homing:',
      networkCommand(`invite ${peer} --out ${peer}.homing`, options.file),
      networkCommand(`add-peer ${peer} --card FILE --replace-keys`, options.file),
      'and put the public key of its join card into the vars of that machine. docs/MIGRATING.md lists the steps.',
      '',
    ].join('\n'),
  );
}

async function machineNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw new HomingError({
      code: 'file-unreadable',
      title: 'The vars of the Clan cannot be read',
      cause: error instanceof Error ? `${error.message}.` : String(error),
      remedy: 'Give the directory that holds instances.json and vars/per-machine.',
    });
  }
}

/** The instance that has WireGuard keys among the vars. @throws HomingError `which-clan-instance` */
async function onlyInstance(machines: string, instances: readonly string[]): Promise<string> {
  const generators = await Promise.all(
    (await machineNames(machines)).map((machine) => readdir(join(machines, machine)).catch(() => [])),
  );
  const withKeys = new Set(generators.flat());
  const found = instances.filter((name) => withKeys.has(`wireguard-keys-${name}`));
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  throw new HomingError({
    code: 'which-clan-instance',
    title:
      only === undefined ? 'No instance has WireGuard keys' : 'More than one instance has WireGuard keys',
    cause:
      only === undefined
        ? `No machine has vars wireguard-keys-NAME for any of ${instances.join(', ') || 'no instances'}.`
        : `It could be ${found.join(', ')}.`,
    remedy: only === undefined ? 'Run `clan vars generate`, and export again.' : 'Choose with --instance.',
  });
}

function unknownInstance(name: string, known: readonly string[]): HomingError {
  return new HomingError({
    code: 'which-clan-instance',
    title: 'The export has no such instance',
    cause: `--instance is "${name}".`,
    remedy: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
  });
}

async function readMachines(io: CliIo, directory: string, instance: string): Promise<ClanMachine[]> {
  const found = await Promise.all(
    (await machineNames(directory)).map(async (name) => {
      const read = (generator: string, file: string) =>
        readVar(io, join(directory, name, `${generator}-${instance}`, file, 'value'));
      const publicKey = await read('wireguard-keys', 'publickey');
      if (publicKey === undefined) return [];
      const prefix = await read('wireguard-network', 'prefix');
      return [{ name, publicKey, prefix, suffix: await read('wireguard-network', 'suffix') }];
    }),
  );
  return found.flat();
}

/** A file of the vars without its last newline; undefined if it does not exist. */
async function readVar(io: CliIo, path: string): Promise<string | undefined> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? (await readInput(io, path, varLimitBytes)).trim() : undefined;
}
