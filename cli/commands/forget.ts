import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import { findProfile, forgetProfile, listProfiles } from '../../client/profiles/profiles.ts';
import { openStore } from '../../client/profiles/store.ts';
import { releaseKillSwitch } from '../../client/release-kill-switch.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { connectedProfileId } from '../connected-profile.ts';
import { agrees } from '../input.ts';
import type { CliIo } from '../io.ts';

/** `homing forget`: removes a network and its key from this laptop. */
export function addForgetCommand(program: Command, io: CliIo): void {
  program
    .command('forget')
    .description('remove a network and its key from this laptop')
    .argument('<profile>', 'name of the network, or the id of a damaged one')
    .option('--yes', 'do not ask')
    .action(async (profile: string, options: { yes?: true }) => {
      await forget(io, profile, options.yes === true, connectedProfileId);
    });
}

/**
 * Removes a profile, unless it is connected.
 * @param connected the id of the profile that is connected now
 * @throws HomingError `profile-connected`, `not-agreed`, and as `findProfile`
 */
export async function forget(
  io: CliIo,
  nameOrId: string,
  yes: boolean,
  connected: (io: CliIo) => Promise<string | null>,
): Promise<void> {
  const store = openStore(io.env);
  const { damaged } = await listProfiles(store);
  const isDamaged = damaged.some(({ id }) => id === nameOrId);
  const profile = isDamaged ? undefined : await findProfile(store, nameOrId);
  const id = profile?.id ?? nameOrId;
  const name = profile?.network.name ?? nameOrId;
  if ((await connected(io)) === id) {
    throw new HomingError({
      code: 'profile-connected',
      title: `"${name}" is connected`,
      cause: 'A network cannot be removed while it carries traffic.',
      remedy: 'Run `homing down` first.',
    });
  }
  if (!yes) await ask(io, name);
  await forgetProfile(store, id);
  io.stdout.write(`Forgot "${name}" and its key. To use it again you need an invite and a new join card.\n`);
  if (await releaseKillSwitch(store, new HelperClient(socketPathFrom(io.env))))
    io.stdout.write('It was the last network, so the kill switch is off.\n');
}

async function ask(io: CliIo, name: string): Promise<void> {
  const question = `Remove "${name}" and its private key from this laptop?`;
  if (io.stdin.isTTY && (await agrees(io, question))) return;
  throw new HomingError({
    code: 'not-agreed',
    title: 'Nothing was removed',
    cause: io.stdin.isTTY ? 'The answer was not y.' : 'Removing a network needs confirmation.',
    remedy: `To remove it: homing forget ${name} --yes`,
  });
}
