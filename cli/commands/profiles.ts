import type { Command } from 'commander';
import { listProfiles, type ProfileList } from '../../client/profiles/profiles.ts';
import { openStore } from '../../client/profiles/store.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import type { CliIo } from '../io.ts';
import { alignedRows } from '../text/table.ts';

/** `homing profiles`: the networks of this laptop. */
export function addProfilesCommand(program: Command, io: CliIo): void {
  program
    .command('profiles')
    .description('list the networks of this laptop')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      io.stdout.write(await profilesText(io, options.json === true));
    });
}

/** What `homing profiles` prints. */
async function profilesText(io: CliIo, asJson: boolean): Promise<string> {
  const list = await listProfiles(openStore(io.env));
  if (asJson) return `${JSON.stringify(jsonOf(list), null, 2)}\n`;
  if (list.profiles.length === 0 && list.damaged.length === 0) {
    return 'No network is set up on this laptop yet. Import an invite: homing import FILE\n';
  }
  const rows = list.profiles.map((profile) => [
    profile.network.name,
    profile.peer.name,
    profile.network.domain,
    String(profile.controllers.length),
    String(profile.machines.length),
    profile.origin === 'invite' ? `invite, serial ${profile.serial}` : 'WireGuard file',
    profile.id,
  ]);
  const head = ['NETWORK', 'THIS LAPTOP', 'DOMAIN', 'CONTROLLERS', 'MACHINES', 'FROM', 'ID'];
  const table = rows.length === 0 ? [] : [alignedRows([head, ...rows])];
  const damaged = list.damaged.map(
    ({ id, problem }) => `\nDamaged: ${id}\n  ${problem.cause}\n  ${problem.remedy}`,
  );
  return `${[...table, ...damaged].join('\n')}\n`;
}

function summary(profile: Profile) {
  const { id, network, peer, origin, interfaceName } = profile;
  return {
    id,
    network: network.name,
    domain: network.domain,
    peer: peer.name,
    origin,
    serial: profile.origin === 'invite' ? profile.serial : null,
    interfaceName,
    controllers: profile.controllers.map(({ name }) => name),
    machines: profile.machines.length,
  };
}

function jsonOf(list: ProfileList) {
  return { profiles: list.profiles.map(summary), damaged: list.damaged };
}
