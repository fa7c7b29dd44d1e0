import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import { loadProfile, openStore } from '../../client/store/profiles.ts';
import type { CliIo } from '../io.ts';

/** Connects a profile of the store. @throws HomingError what the store or the helper refused */
export async function connectProfile(io: CliIo, nameOrId: string | undefined, json: boolean): Promise<void> {
  const startedAt = io.now();
  const client = new HelperClient(socketPathFrom(io.env));
  const status = await client.connect(await loadProfile(openStore(io.env), nameOrId));
  if (json) {
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const { tunnel } = status;
  if (tunnel.state !== 'connected') {
    const { stateText } = await import('../text/status-text.ts');
    io.stdout.write(`${stateText(status)}\n`);
    return;
  }
  const { alignedRows } = await import('../text/table.ts');
  io.stdout.write(`Connected to ${tunnel.network} in ${io.now() - startedAt} ms, as ${tunnel.peer}.\n`);
  io.stdout.write(
    `${alignedRows(
      tunnel.controllers.map((c) => [c.name, c.endpoint ?? 'looking for it on the LAN']),
      '  ',
    )}\n`,
  );
  const { hosts } = tunnel;
  io.stdout.write(
    hosts.problem === null
      ? `${hosts.names} names end in .${tunnel.domain}. See which way each is reached: homing status\n`
      : `${hosts.problem.title}: ${hosts.problem.cause} ${hosts.problem.remedy}\n`,
  );
}
