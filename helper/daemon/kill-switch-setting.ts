import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../../shared/errors/code-of.ts';
import { replaceDurably, syncDirectoryOf } from '../journal/durable-file.ts';

const settingSchema = z.strictObject({
  version: z.literal(1),
  since: z.iso.datetime(),
  allowLan: z.boolean(),
});

/** The kill switch as the user configured it. */
export type KillSwitchSetting = Omit<z.infer<typeof settingSchema>, 'version'>;

export type SettingReading =
  | { readonly found: 'off' }
  | { readonly found: 'on'; readonly setting: KillSwitchSetting }
  | { readonly found: 'damaged'; readonly reason: string };

/** A file owned by root that records across restarts and reboots that the kill switch is on; without it, it is off. */
export class KillSwitchFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  read(): SettingReading {
    try {
      const { since, allowLan } = settingSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
      return { found: 'on', setting: { since, allowLan } };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { found: 'off' };
      return { found: 'damaged', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What the file has now, readable or not; undefined without a file. @throws Error */
  text(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** On disk before it returns. @throws Error */
  write(setting: KillSwitchSetting): void {
    this.#replace(`${JSON.stringify({ version: 1, ...setting })}\n`);
  }

  /** Gives the file back what {@link text} returned. @throws Error */
  restore(text: string | undefined): void {
    if (text === undefined) this.remove();
    else this.#replace(text);
  }

  #replace(text: string): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    replaceDurably(this.path, `${this.path}.new`, text);
    // Without its name in the directory the kill switch would be off after a power cut.
    syncDirectoryOf(this.path);
  }

  /** @throws Error */
  remove(): void {
    rmSync(this.path, { force: true });
  }
}
