import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { profileSchema } from '../../shared/profile/profile.ts';

/**
 * What the helper owns or is about to own, in a root-only file, written before each change. After `kill -9`
 * at any instant the next start reads it, adopts what still matches and removes the rest. No private key
 * stands in it: that is read back from the live interface.
 */
const journalSchema = z.strictObject({
  version: z.literal(1),
  /** `rising` until everything is there: what is found then is removed, not adopted. */
  phase: z.enum(['rising', 'up', 'falling']),
  profile: profileSchema,
  /** The public key of the interface, to tell ours from a stranger's of the same name. */
  publicKey: z.string(),
  since: z.iso.datetime(),
  /** The controller through whose subnet the names of the hosts block resolve. */
  hostsVia: z.string(),
});
export type JournalEntry = z.infer<typeof journalSchema>;

export type JournalReading =
  | { readonly found: 'nothing' }
  | { readonly found: 'entry'; readonly entry: JournalEntry }
  | { readonly found: 'damaged'; readonly reason: string };

/** One file holding one entry or none; every write is atomic and on disk before it returns. */
export class Journal {
  readonly #path: string;
  readonly #draft: string;

  constructor(path: string) {
    this.#path = path;
    this.#draft = `${path}.new`;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Half written by a helper that was killed; what it says is in the journal or was never begun.
    rmSync(this.#draft, { force: true });
  }

  read(): JournalReading {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { found: 'nothing' };
      throw error;
    }
    try {
      return { found: 'entry', entry: journalSchema.parse(JSON.parse(text)) };
    } catch (error) {
      return { found: 'damaged', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  write(entry: JournalEntry): void {
    const fd = openSync(this.#draft, 'w', 0o600);
    try {
      writeSync(fd, JSON.stringify(entry));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(this.#draft, this.#path);
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
