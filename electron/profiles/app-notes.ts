import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from '../../client/profiles/atomic-file.ts';
import { preferencesSchema } from '../../shared/contract/app-state.ts';
import { codeOf } from '../../shared/errors/code-of.ts';

/** The app's own data: preferences, the shown profile, the user's names for profiles, and which have joined. */
export const appNotesSchema = z.strictObject({
  version: z.literal(1),
  preferences: preferencesSchema,
  selectedProfileId: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  joined: z.array(z.string()),
  window: z.strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }).nullable(),
});
export type AppNotes = z.infer<typeof appNotesSchema>;

export const firstNotes: AppNotes = {
  version: 1,
  preferences: {
    theme: 'system',
    launchAtLogin: false,
    connectAtStart: false,
    notifications: true,
    checkForUpdates: true,
  },
  selectedProfileId: null,
  labels: {},
  joined: [],
  window: null,
};

/**
 * The data on disk, `app.json` beside the profiles. A damaged file is moved aside, and the app starts with defaults.
 */
export class AppNotesFile {
  readonly #path: string;
  #notes: AppNotes = firstNotes;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  get notes(): AppNotes {
    return this.#notes;
  }

  /** @returns where a damaged file was moved to */
  async load(): Promise<string | undefined> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const parsed = appNotesSchema.safeParse(parsedJson(text));
    if (parsed.success) {
      this.#notes = parsed.data;
      return undefined;
    }
    const aside = `${this.#path}.damaged-${Date.now()}`;
    await rename(this.#path, aside);
    return aside;
  }

  /** Changes the data now, and the file once the previous write has ended. @throws Error of the file system */
  change(change: Partial<AppNotes>): Promise<void> {
    this.#notes = { ...this.#notes, ...change };
    const write = async () => {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await writeAtomically(this.#path, `${JSON.stringify(this.#notes, null, 2)}\n`, 0o600);
    };
    // A failed write was reported to its caller; the next one tries again.
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
