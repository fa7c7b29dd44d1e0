import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { importFileLimitBytes, textOfBytes } from '../../client/profiles/import-file.ts';
import { HomingError } from '../../shared/errors/problem.ts';

/** A link or the path of a file, from the system. */
export type OpenRequest =
  | { readonly kind: 'link'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

/**
 * Finds a link or a file among the app's arguments.
 * @param args without the program itself; arguments with a hyphen are Electron's
 */
export function openRequestIn(args: readonly string[]): OpenRequest | undefined {
  const given = args.findLast((arg) => /^homing:/i.test(arg) || /\.(homing|conf|png|jpe?g)$/i.test(arg));
  if (given === undefined || given.startsWith('-')) return undefined;
  return /^homing:/i.test(given) ? { kind: 'link', text: given } : { kind: 'file', path: given };
}

function unreadable(path: string, cause: string, remedy: string): HomingError {
  return new HomingError({
    code: 'file-unreadable',
    title: `${basename(path)} cannot be imported`,
    cause,
    remedy,
  });
}

const askForInvite = 'Choose the .homing file that the admin of the network sent you.';

/**
 * The text of a file that may be an invite, a WireGuard file or a picture of a QR code. Its size is checked before it
 * is read.
 * @throws HomingError `file-unreadable`: missing, not a regular file, empty, or neither text nor a picture;
 *   `file-too-large`, `no-qr-code`
 */
export async function textOfFile(path: string): Promise<string> {
  const bytes = await bytesOfFile(path);
  if (bytes.length === 0)
    throw unreadable(path, 'The file is empty.', 'Ask for it once more: nothing arrived in it.');
  const text = await textOfBytes(bytes, basename(path));
  if (!text.includes('\0')) return text;
  throw unreadable(path, 'It is no text, so it is no invite.', askForInvite);
}

async function bytesOfFile(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    const cause = error instanceof Error ? `${error.message}.` : String(error);
    throw unreadable(path, cause, 'Check that it is there and that you may read it.');
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw unreadable(path, 'It is no plain file.', askForInvite);
    if (stat.size > importFileLimitBytes) {
      const cause = `It has ${stat.size} bytes; at most ${importFileLimitBytes} are read.`;
      throw unreadable(path, cause, askForInvite);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
