import type { JoinCard } from '../../shared/authoring/join-card.ts';
import { cardOrigin, joinCardWords } from '../../shared/authoring/join-proof.ts';
import type { NetworkFile } from '../../shared/authoring/network-file.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { agrees } from '../input.ts';
import type { CliIo } from '../io.ts';
import { signingKeyIfPresent } from '../network-files.ts';

/**
 * Checks that a card was made with the invite of its peer, and prints its six words.
 * @param isCompared the words were compared, so a card without a proof is accepted
 * @throws HomingError `join-card-not-from-invite`, `join-card-without-proof`, and as `readSigningKey`
 */
export async function refuseForgedCard(
  io: CliIo,
  path: string,
  file: NetworkFile,
  card: JoinCard,
  isCompared: boolean,
): Promise<void> {
  const key = await signingKeyIfPresent(path, file);
  const words = joinCardWords(card).join(' ');
  const origin = key === undefined ? 'unchecked' : cardOrigin(card, key);
  if (origin === 'not-from-invite') {
    throw new HomingError({
      code: 'join-card-not-from-invite',
      title: 'The join card was not made with the invite of this peer',
      cause: `Its proof does not match the invite of "${card.peer}": someone else may have created it.`,
      remedy: `Send "${card.peer}" its invite again in another way, and ask for a new card.`,
    });
  }
  if (origin !== 'from-invite' && !isCompared) {
    throw new HomingError({
      code: 'join-card-without-proof',
      title: 'The join card does not prove that it comes from the invite',
      cause:
        origin === 'none'
          ? `An older invite or an older Homing made it, or somebody else did. Its six words: ${words}.`
          : `The signing key of "${file.name}" is not here, so nothing proves it. Its six words: ${words}.`,
      remedy: 'Compare the words with its owner, by voice or in person, then add --without-proof.',
    });
  }
  const sentence = origin === 'from-invite' ? `Made with the invite of "${card.peer}".` : 'Not proven.';
  io.stdout.write(`The join card: ${sentence} Its six words: ${words}\n`);
}

/**
 * New keys let another machine in and lock the old one out, so replacing them is never a side effect. @throws
 * HomingError `not-agreed`
 */
export async function agreeToReplace(
  io: CliIo,
  card: JoinCard,
  options: { readonly card?: string; readonly replaceKeys?: true },
): Promise<void> {
  if (options.replaceKeys === true) return;
  const question = `"${card.peer}" has keys already, and they will stop working. Replace them?`;
  if (io.stdin.isTTY && options.card !== '-' && (await agrees(io, question))) return;
  throw new HomingError({
    code: 'not-agreed',
    title: 'The keys were not replaced',
    cause: `"${card.peer}" already has keys, and this card has others.`,
    remedy: 'Ask its owner whether it joined again, then run the same command with --replace-keys.',
  });
}
