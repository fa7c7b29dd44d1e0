import type { Command } from 'commander';
import { joinCardOf } from '../../client/profiles/join-card.ts';
import { probePeerOf } from '../../client/profiles/probe-peer.ts';
import { openStore } from '../../client/profiles/store.ts';
import { joinCardJson, joinCardLine } from '../../shared/authoring/join-card.ts';
import { joinCardWords } from '../../shared/authoring/join-proof.ts';
import type { CliIo } from '../io.ts';
import { qrText } from '../text/qr-text.ts';

interface JoinCardOptions {
  readonly json?: true;
  readonly qr?: true;
  /** `true` when no controller is given. */
  readonly probePeer?: string | true;
}

async function printProbePeer(io: CliIo, profile: string | undefined, of: string | true): Promise<void> {
  const controller = of === true ? undefined : of;
  io.stdout.write(`${await probePeerOf(openStore(io.env), profile, controller, 'written-out')}\n`);
}

/** `homing join-card`: what the admin of the network needs from this laptop. */
export function addJoinCardCommand(program: Command, io: CliIo): void {
  program
    .command('join-card')
    .description('print the card to send back to the admin of the network')
    .argument('[profile]', 'name of the network; not needed when there is only one')
    .option('--json', 'print the card as readable JSON')
    .option('--qr', 'print it as a QR code')
    .option('--probe-peer [controller]', 'print the lines that make a controller answer this laptop’s probes')
    .action(async (profile: string | undefined, options: JoinCardOptions) => {
      if (options.probePeer !== undefined) return await printProbePeer(io, profile, options.probePeer);
      const card = await joinCardOf(openStore(io.env), profile);
      if (options.json) io.stdout.write(joinCardJson(card));
      else if (options.qr) io.stdout.write(`${await qrText(joinCardLine(card))}\n`);
      else io.stdout.write(`${joinCardLine(card)}\n`);
      // On standard error: the card may go straight into a file or another program.
      io.stderr.write(
        `Its six words, to compare with the admin of the network: ${joinCardWords(card).join(' ')}\n`,
      );
    });
}
