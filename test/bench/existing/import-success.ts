import { readdirSync, readFileSync } from 'node:fs';
import { textOfBytes } from '../../../client/profiles/import-file.ts';
import { problemOf } from '../../../shared/errors/problem.ts';
import { refuseUnsafeProfile } from '../../../shared/plan/refusals.ts';
import { parseWgQuick } from '../../../shared/wgquick/import.ts';

const corpus = new URL('../../corpus/wg-quick/', import.meta.url);

export interface ImportSuccess {
  readonly files: number;
  readonly imported: number;
  /** Percent of the files. */
  readonly successPercent: number;
  readonly refused: readonly { readonly file: string; readonly cause: string }[];
}

/** How many files of the corpus import unedited, by the same rules as `homing import`. */
export async function importSuccess(): Promise<ImportSuccess> {
  const files = readdirSync(corpus).filter((name) => name.endsWith('.conf'));
  const refused: { file: string; cause: string }[] = [];
  for (const file of files) {
    try {
      const text = await textOfBytes(readFileSync(new URL(file, corpus)), file);
      refuseUnsafeProfile(parseWgQuick(text, file).profile);
    } catch (error) {
      refused.push({ file, cause: problemOf(error).cause });
    }
  }
  const imported = files.length - refused.length;
  return {
    files: files.length,
    imported,
    successPercent: Math.round((100 * imported) / files.length),
    refused,
  };
}
