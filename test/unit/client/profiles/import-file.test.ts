import { readdirSync, readFileSync } from 'node:fs';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import qrcode from 'qrcode';
import { describe, expect, it } from 'vitest';
import { textOfBytes } from '../../../../client/profiles/import-file.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';

const corpus = new URL('../../../corpus/wg-quick/', import.meta.url);
const files = readdirSync(corpus).filter((name) => name.endsWith('.conf'));
const invite = `homing://join/${'e'.repeat(600)}`;

async function refusalOf(bytes: Uint8Array): Promise<string> {
  const error = await textOfBytes(bytes, 'a.png').catch((thrown: unknown) => thrown);
  return error instanceof HomingError ? `${error.problem.code}: ${error.problem.cause}` : String(error);
}

describe('a file that is handed in', () => {
  it.each(files)('may be a picture of the QR code of %s', async (name) => {
    const text = await textOfBytes(readFileSync(new URL(name, corpus)), name);
    const picture = await qrcode.toBuffer(text, { errorCorrectionLevel: 'L' });
    expect(await textOfBytes(picture, 'code.png')).toBe(text);
  });

  it('may be a photograph: large, JPEG, the code a part of it', async () => {
    const code = PNG.sync.read(await qrcode.toBuffer(invite, { scale: 6 }));
    const [width, height] = [2400, 1800];
    const data = Buffer.alloc(width * height * 4, 140);
    const photograph = { width, height, data };
    for (let y = 0; y < code.height; y += 1) {
      const row = code.data.subarray(y * code.width * 4, (y + 1) * code.width * 4);
      data.set(row, ((y + 500) * width + 900) * 4);
    }
    expect(await textOfBytes(jpeg.encode(photograph, 70).data, 'photo.jpg')).toBe(invite);
  });

  it('may be a code on a transparent background', async () => {
    const picture = await qrcode.toBuffer(invite, { color: { light: '#0000' } });
    expect(await textOfBytes(picture, 'code.png')).toBe(invite);
  });

  it.each([
    ['utf16le', '\uFEFF[Interface]\r\n'],
    ['utf8', '[Interface]\n# Büro'],
  ] as const)('may be text in %s', async (encoding, text) => {
    expect(await textOfBytes(Buffer.from(text, encoding), 'a.conf')).toBe(text.replace('\uFEFF', ''));
  });

  it('is refused when it is a picture without a code, cut off, or huge', async () => {
    const empty = new PNG({ width: 50, height: 50 });
    expect(await refusalOf(PNG.sync.write(empty))).toMatch(/^no-qr-code: "a.png": no QR code is found/);
    const picture = await qrcode.toBuffer(invite);
    expect(await refusalOf(picture.subarray(0, 20))).toMatch(/^no-qr-code: .*cut off/);
    expect(await refusalOf(picture.subarray(0, 200))).toMatch(/^no-qr-code: .*cannot be decoded/);
    expect(await refusalOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]))).toMatch(/^no-qr-code/);
    const huge = Buffer.from(picture);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    expect(await refusalOf(huge)).toMatch(/100000 × 100000 pixels/);
  });

  it('is refused when it is too large a text, or no text', async () => {
    expect(await refusalOf(Buffer.alloc(1024 * 1024 + 1, 0x20))).toMatch(/^file-too-large: .*1048576/);
    expect(await refusalOf(Buffer.from([0xc3, 0x28]))).toMatch(/^file-unreadable: .*neither text nor/);
  });
});
