import { toString as render } from 'qrcode';
import { HomingError } from '../../shared/errors/problem.ts';

/** ISO/IEC 18004: the largest code, version 40 with level L, holds this many bytes. */
const qrLimitBytes = 2953;

/** A QR code of block characters for a terminal. @throws HomingError `too-large-for-qr` */
export async function qrText(text: string): Promise<string> {
  if (Buffer.byteLength(text) > qrLimitBytes) {
    throw new HomingError({
      code: 'too-large-for-qr',
      title: 'This is too large for a QR code',
      cause: `It has ${Buffer.byteLength(text)} bytes; a QR code holds ${qrLimitBytes}.`,
      remedy: 'Send it as a file or as a link.',
    });
  }
  return await render(text, { type: 'utf8', errorCorrectionLevel: 'L' });
}
