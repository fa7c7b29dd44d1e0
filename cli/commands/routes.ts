import type { Command } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { Status } from '../../shared/contract/status.ts';
import type { CliIo } from '../io.ts';
import { routesText } from '../text/routes-text.ts';

interface RoutesOptions {
  readonly takeOver?: string;
  readonly giveBack?: string;
  readonly json?: true;
}

/** `homing routes`: which ranges go through the tunnel; also overrides a sleeping range. */
export function addRoutesCommand(program: Command, io: CliIo): void {
  program
    .command('routes')
    .description('show which ranges go through the tunnel, or send one through it that sleeps')
    .option('--take-over <range>', 'send a range that sleeps through the tunnel, for as long as you are here')
    .option('--give-back <range>', 'undo --take-over')
    .option('--json', 'print JSON')
    .action(async (options: RoutesOptions) => {
      const status = await changed(new HelperClient(socketPathFrom(io.env)), options);
      const routes = status.tunnel.state === 'connected' ? (status.tunnel.routes ?? []) : [];
      if (options.json) {
        io.stdout.write(`${JSON.stringify(routes, null, 2)}\n`);
        return;
      }
      io.stdout.write(`${routesText(status)}\n`);
    });
}

async function changed(client: HelperClient, { takeOver, giveBack }: RoutesOptions): Promise<Status> {
  if (giveBack !== undefined) await client.setRoute({ range: giveBack, takeOver: false });
  if (takeOver !== undefined) return client.setRoute({ range: takeOver, takeOver: true });
  return client.status();
}
