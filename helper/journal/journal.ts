import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../../shared/errors/code-of.ts';
import { profileSchema } from '../../shared/profile/profile.ts';
import { replaceDurably } from './durable-file.ts';

/**
 * What the helper owns or is about to own, in a root-only file, written before each change. After `kill -9` at any time
 * the next start reads it, adopts what still matches and removes the rest. It contains no private key: that is read
 * back from the live interface.
 */
const journalSchema = z.strictObject({
  version: z.literal(1),
  /** `rising` until the tunnel is complete: an incomplete tunnel is removed, not adopted. */
  phase: z.enum(['rising', 'up', 'falling']),
  profile: profileSchema,
  /** The public key of the interface, to distinguish Homing's from another of the same name. */
  publicKey: z.string(),
  since: z.iso.datetime(),
  /** The controller through whose subnet the names of the hosts block resolve. */
  hostsVia: z.string(),
});
export type JournalEntry = z.infer<typeof journalSchema>;

/**
 * The entry's interface in a separate line that a helper of any version can read: when the journal itself is
 * unreadable, only this says which interface is Homing's. Other interfaces may also be called hm-something.
 */
export type OwnedInterface = Pick<JournalEntry, 'publicKey'> & { readonly interfaceName: string };

const ownedPattern = /^(hm[a-z0-9-]{1,13}) ([A-Za-z0-9+/]{43}=)\n$/;

export type JournalReading =
  | { readonly found: 'nothing' }
  | { readonly found: 'entry'; readonly entry: JournalEntry }
  | { readonly found: 'damaged'; readonly reason: string; readonly owned: OwnedInterface | undefined };

/** The content of a file; undefined if it does not exist. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file with one entry or none; every write is atomic and on disk before it returns. */
export class Journal {
  readonly #path: string;
  readonly #draft: string;
  readonly #ownedPath: string;

  constructor(path: string) {
    this.#path = path;
    this.#draft = `${path}.new`;
    this.#ownedPath = join(dirname(path), 'interface');
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Partially written by a killed helper; its content is in the journal, or the change never started.
    rmSync(this.#draft, { force: true });
  }

  read(): JournalReading {
    const text = textOf(this.#path);
    // The line is written first and removed last: alone it means that an interface may exist.
    if (text === undefined && textOf(this.#ownedPath) === undefined) return { found: 'nothing' };
    try {
      return { found: 'entry', entry: journalSchema.parse(JSON.parse(text ?? '')) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { found: 'damaged', reason, owned: this.#readOwned() };
    }
  }

  #readOwned(): OwnedInterface | undefined {
    const [, interfaceName, publicKey] = ownedPattern.exec(textOf(this.#ownedPath) ?? '') ?? [];
    return interfaceName === undefined || publicKey === undefined ? undefined : { interfaceName, publicKey };
  }

  write(entry: JournalEntry): void {
    const owned = `${entry.profile.interfaceName} ${entry.publicKey}\n`;
    if (textOf(this.#ownedPath) !== owned) replaceDurably(this.#ownedPath, this.#draft, owned);
    replaceDurably(this.#path, this.#draft, JSON.stringify(entry));
  }

  clear(): void {
    rmSync(this.#path, { force: true });
    rmSync(this.#ownedPath, { force: true });
  }
}
