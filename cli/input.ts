import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { HomingError } from '../shared/errors/problem.ts';
import type { CliIo } from './io.ts';

function cannotRead(path: string, cause: string): HomingError {
  return new HomingError({
    code: 'file-unreadable',
    title: 'The file cannot be read',
    cause,
    remedy: `Check the path ${path}.`,
  });
}

function tooLarge(what: string, limitBytes: number): HomingError {
  return new HomingError({
    code: 'file-too-large',
    title: 'The file is too large',
    cause: `${what} has more than ${limitBytes} bytes.`,
    remedy: 'Check that this is the right file.',
  });
}

/** The text of a file, or with `-` of standard input. @throws HomingError as {@link readBytes} */
export async function readInput(io: CliIo, path: string, limitBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(io, path, limitBytes));
}

/**
 * The bytes of a file, or with `-` of standard input. No more than the limit is read, whatever the file is.
 * @throws HomingError `file-unreadable`, `file-too-large`
 */
export async function readBytes(io: CliIo, path: string, limitBytes: number): Promise<Uint8Array> {
  const bytes = path === '-' ? await readStream(io.stdin, limitBytes) : await readSome(path, limitBytes);
  if (bytes.length > limitBytes) throw tooLarge(path === '-' ? 'Standard input' : path, limitBytes);
  return bytes;
}

async function readSome(path: string, limitBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      return await readStream(file.createReadStream({ autoClose: false }), limitBytes);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw cannotRead(path, error instanceof Error ? `${error.message}.` : String(error));
  }
}

async function readStream(stream: AsyncIterable<unknown>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(bytes);
    length += bytes.length;
    if (length > limitBytes) break;
  }
  return Buffer.concat(chunks);
}

/** Asks a question; only `y` or `yes` confirms. */
export async function agrees(io: CliIo, question: string): Promise<boolean> {
  const prompt = createInterface({ input: io.stdin, output: io.stdout });
  try {
    const answer = await Promise.race([
      prompt.question(`${question} [y/N] `),
      new Promise<string>((resolve) => prompt.once('close', () => resolve(''))),
    ]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
