import { commit, type ImportResult, prepare } from '../../client/profiles/import-profile.ts';
import { isInviteText } from '../../client/profiles/import-source.ts';
import { openStore } from '../../client/profiles/profiles.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { inviteLimitBytes } from '../../shared/invite/jws.ts';
import { agrees, readInput } from '../input.ts';
import type { CliIo } from '../io.ts';
import { importText } from '../text/import-text.ts';

/** Shows what an import does, asks, and carries it out. @throws HomingError whatever refuses it, `not-agreed` */
export async function importFrom(
  io: CliIo,
  source: string,
  options: { readonly yes: boolean; readonly json: boolean },
): Promise<void> {
  const text = isInviteText(source) ? source : await readInput(io, source, inviteLimitBytes);
  const store = openStore(io.env);
  const fileName = isInviteText(source) ? '' : source;
  const prepared = await prepare(store, { text, fileName, nowMs: io.now() });
  if (!options.json) io.stdout.write(`${importText(prepared)}\n`);
  if (!options.yes) await ask(io, prepared, source === '-' || options.json);
  const result = await commit(store, prepared);
  io.stdout.write(options.json ? jsonText(result) : doneText(result));
}

async function ask(io: CliIo, preview: ImportResult, cannotAsk: boolean): Promise<void> {
  const words = preview.description.fingerprint?.words.join(' ');
  const compare =
    words === undefined ? 'Import it?' : 'Do the six words agree with those you were told? Import it?';
  if (io.stdin.isTTY && !cannotAsk) {
    if (await agrees(io, preview.kind === 'new' ? compare : 'Take this update?')) return;
    throw new HomingError({
      code: 'not-agreed',
      title: 'Nothing was imported',
      cause: 'The question was not answered with y.',
      remedy: 'Ask the person who runs the network for the six words, then import again.',
    });
  }
  throw new HomingError({
    code: 'not-agreed',
    title: 'Nothing was imported',
    cause: `An import needs a yes${words === undefined ? '' : `; the network is signed by "${words}"`}.`,
    remedy: 'Look at what it does, then run the same command with --yes.',
  });
}

function jsonText({ kind, profile, description, differences }: ImportResult): string {
  return `${JSON.stringify({ kind, id: profile.id, ...description, differences }, null, 2)}\n`;
}

function doneText({ kind, profile }: ImportResult): string {
  const { name } = profile.network;
  if (kind === 'update')
    return `Updated "${name}". If it is connected, \`homing up ${name}\` applies the change.\n`;
  const connect = `  homing up ${name}`;
  if (profile.origin === 'wg-quick') return `Imported "${name}". Next:\n${connect}\n`;
  const card = `  homing join-card ${name}`;
  const width = Math.max(card.length, connect.length);
  return `Imported "${name}". Next:\n${card.padEnd(width)}   send what it prints to the person who runs the network\n${connect.padEnd(width)}   once they have added it\n`;
}
