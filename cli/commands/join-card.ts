import type { Command } from 'commander';
import type { CliIo } from '../io.ts';

/** `homing join-card`: what the person who runs the network needs of this laptop. */
export function addJoinCardCommand(program: Command, io: CliIo): void {
  program
    .command('join-card')
    .description('print the card to send back to the person who runs the network')
    .argument('[profile]', 'name of the network; not needed when there is only one')
    .option('--json', 'print the card as readable JSON')
    .option('--qr', 'print it as a QR code')
    .action(async (profile: string | undefined, options: { json?: true; qr?: true }) => {
      const { joinCardJson, joinCardLine } = await import('../../shared/authoring/join-card.ts');
      const { joinCardOf } = await import('../../client/profiles/join-card.ts');
      const { openStore } = await import('../../client/profiles/profiles.ts');
      const card = await joinCardOf(openStore(io.env), profile);
      if (options.json) io.stdout.write(joinCardJson(card));
      else if (options.qr) {
        const { qrText } = await import('../text/qr-text.ts');
        io.stdout.write(`${await qrText(joinCardLine(card))}\n`);
      } else io.stdout.write(`${joinCardLine(card)}\n`);
    });
}
