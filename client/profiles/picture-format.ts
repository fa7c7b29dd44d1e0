/** Picture formats, by their first bytes (PNG specification section 5.2; JPEG: SOI and the next marker, ITU T.81 B.1.1). */

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const jpegSignature = [0xff, 0xd8, 0xff];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

export function isPng(bytes: Uint8Array): boolean {
  return startsWith(bytes, pngSignature);
}

/** Whether a file is a picture that a QR code can be read from. */
export function isPicture(bytes: Uint8Array): boolean {
  return isPng(bytes) || startsWith(bytes, jpegSignature);
}
