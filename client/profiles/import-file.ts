import { HomingError, shown } from '../../shared/errors/problem.ts';
import { inviteLimitBytes } from '../../shared/invite/jws.ts';
import { isPicture } from './picture-format.ts';

/** The text of an imported file: the file itself, or the QR code in a picture. */

/** A photograph of a QR code; text is limited to {@link inviteLimitBytes}. */
export const importFileLimitBytes = 16 * 1024 * 1024;

/**
 * Reads the bytes of a file as text: UTF-8, UTF-16 with its byte order mark (as Windows editors save it), or the QR
 * code of a picture.
 * @param name of the file, for errors
 * @throws HomingError `file-unreadable`, `file-too-large`, `no-qr-code`
 */
export async function textOfBytes(bytes: Uint8Array, name: string): Promise<string> {
  if (isPicture(bytes)) {
    // The picture decoders take 100 ms of processor time to load.
    const { qrTextIn } = await import('./qr-picture.ts');
    return qrTextIn(bytes, name);
  }
  if (bytes.length > inviteLimitBytes) {
    throw new HomingError({
      code: 'file-too-large',
      title: 'The file is too large',
      cause: `${shown(name)} has more than ${inviteLimitBytes} bytes, which no invite and no WireGuard file has.`,
      remedy: 'Check that this is the right file.',
    });
  }
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new HomingError({
      code: 'file-unreadable',
      title: 'The file cannot be imported',
      cause: `${shown(name)} is neither text nor a PNG or JPEG picture.`,
      remedy: 'Give the .homing or .conf file, or a picture of its QR code.',
    });
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
