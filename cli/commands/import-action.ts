import { importFileLimitBytes, textOfBytes } from '../../client/profiles/import-file.ts';
import { commit, type ImportResult, prepare } from '../../client/profiles/import-profile.ts';
import { isInviteText } from '../../client/profiles/import-source.ts';
import { openStore } from '../../client/profiles/store.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { agrees, readBytes } from '../input.ts';
import type { CliIo } from '../io.ts';
import { importText } from '../text/import-text.ts';
import { renameOf } from './option-values.ts';

/**
 * Shows what an import does, asks for confirmation, and carries it out. @throws HomingError whatever refuses it,
 * `not-agreed`
 */
export async function importFrom(
  io: CliIo,
  source: string,
  options: {
    readonly name: string | undefined;
    /** `old=new` */
    readonly renames: readonly string[];
    readonly yes: boolean;
    readonly json: boolean;
  },
): Promise<void> {
  const names = { network: options.name, members: new Map(options.renames.map(renameOf)) };
  const text = isInviteText(source) ? source : await textOfFile(io, source);
  const store = openStore(io.env);
  const fileName = isInviteText(source) ? '' : source;
  const prepared = await prepare(store, { text, fileName, nowMs: io.now(), names });
  if (!options.json) io.stdout.write(`${importText(prepared)}\n`);
  if (!options.yes) await ask(io, prepared, source === '-' || options.json);
  const result = await commit(store, prepared);
  io.stdout.write(options.json ? jsonText(result) : doneText(result));
}

async function textOfFile(io: CliIo, path: string): Promise<string> {
  const bytes = await readBytes(io, path, importFileLimitBytes);
  return await textOfBytes(bytes, path === '-' ? 'standard input' : path);
}

async function ask(io: CliIo, preview: ImportResult, cannotAsk: boolean): Promise<void> {
  const words = preview.description.fingerprint?.words.join(' ');
  const compare =
    words === undefined ? 'Import it?' : 'Do the six words match those you were given? Import it?';
  if (io.stdin.isTTY && !cannotAsk) {
    if (await agrees(io, preview.kind === 'new' ? compare : 'Take this update?')) return;
    throw new HomingError({
      code: 'not-agreed',
      title: 'Nothing was imported',
      cause: 'The answer was not y.',
      remedy: 'Ask the admin of the network for the six words, then import again.',
    });
  }
  throw new HomingError({
    code: 'not-agreed',
    title: 'Nothing was imported',
    cause: `An import needs confirmation${words === undefined ? '' : `; the network is signed by "${words}"`}.`,
    remedy: 'Check what it does, then run the same command with --yes.',
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
  return `Imported "${name}". Next:\n${card.padEnd(width)}   send what it prints to the admin of the network\n${connect.padEnd(width)}   once they have added it\n`;
}
