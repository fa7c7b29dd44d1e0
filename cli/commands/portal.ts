import { type Command, InvalidArgumentError } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { CliIo } from '../io.ts';
import { portalText } from '../text/protection-text.ts';

/** `homing portal [open|close]`: the sign-in page of the current network. */
export function addPortalCommand(program: Command, io: CliIo): void {
  program
    .command('portal')
    .description('reach the sign-in page of a network, past an exit and the kill switch')
    .argument('[open|close]', 'open it for a few minutes, or close it again', openClose)
    .option('--json', 'print JSON')
    .action(async (wanted: 'open' | 'close' | undefined, options: { json?: true }) => {
      const client = new HelperClient(socketPathFrom(io.env));
      const status = await (wanted === undefined
        ? client.status()
        : client.setPortal({ open: wanted === 'open' }));
      const text = options.json ? JSON.stringify(status.portal ?? null, null, 2) : portalText(status);
      io.stdout.write(`${text}\n`);
    });
}

function openClose(text: string): 'open' | 'close' {
  if (text === 'open' || text === 'close') return text;
  throw new InvalidArgumentError('Allowed choices are open, close.');
}
