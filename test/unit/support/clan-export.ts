import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { peerSuffix, planAddresses } from '../../../shared/addresses/plan.ts';

/** An exported Clan, as docs/MIGRATING.md describes it: instances.json and the public vars of each machine. */
export interface ExportedClan {
  /** Instance name to its entry in instances.json. */
  readonly instances: Readonly<Record<string, unknown>>;
  readonly instanceName: string;
  readonly controllers: Readonly<Record<string, string>>;
  /** Name to public key. */
  readonly peers: Readonly<Record<string, string>>;
}

/** As the allocator of the service prints it: groups of four digits, without trailing colons. */
export function clanPrefix(network: string, controller: string): string {
  return planAddresses(network, controller).subnet.replace(/::\/56$/, '');
}

export function clanSuffix(peer: string): string {
  const hex = Buffer.from(peerSuffix(peer)).toString('hex');
  return (hex.match(/.{4}/g) ?? []).join(':');
}

export async function writeClan(directory: string, clan: ExportedClan): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'instances.json'), JSON.stringify(clan.instances));
  const write = async (machine: string, generator: string, file: string, value: string) => {
    const folder = join(directory, 'vars/per-machine', machine, `${generator}-${clan.instanceName}`, file);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'value'), `${value}\n`);
  };
  for (const [name, key] of Object.entries(clan.controllers)) {
    await write(name, 'wireguard-keys', 'publickey', key);
    await write(name, 'wireguard-network', 'prefix', clanPrefix(clan.instanceName, name));
  }
  for (const [name, key] of Object.entries(clan.peers)) {
    await write(name, 'wireguard-keys', 'publickey', key);
    await write(name, 'wireguard-network', 'suffix', clanSuffix(name));
  }
}
