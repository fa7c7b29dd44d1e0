import jpeg from 'jpeg-js';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { HomingError, shown } from '../../shared/errors/problem.ts';
import { isPng } from './picture-format.ts';

/** A QR code in a picture: a screenshot or photo of a router's or server's page. */

/** A decoded pixel takes four bytes: the largest picture takes 200 MB temporarily. */
const maxPixels = 50_000_000;
/** Maximum sides to try, in pixels: a code is found faster in a small picture, a tiny code only in a large picture. */
const sides = [800, 1600, 3200];

interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8Array;
}

function refuse(name: string, cause: string): HomingError {
  return new HomingError({
    code: 'no-qr-code',
    title: 'No QR code can be read from the picture',
    cause: `${shown(name)}: ${cause}`,
    remedy: 'Use a sharp picture of the whole code with its white border, or the file itself.',
  });
}

/** PNG: width and height are the first two numbers of IHDR, the first chunk (PNG specification, section 11.2.2). */
function refuseHugePng(bytes: Uint8Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 24) throw refuse(name, 'the picture is cut off.');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > maxPixels)
    throw refuse(name, `it has ${width} × ${height} pixels, too many to look at.`);
}

function decoded(bytes: Uint8Array, name: string): Picture {
  if (isPng(bytes)) refuseHugePng(bytes, name);
  try {
    return isPng(bytes)
      ? PNG.sync.read(Buffer.from(bytes))
      : jpeg.decode(bytes, {
          useTArray: true,
          formatAsRGBA: true,
          maxResolutionInMP: maxPixels / 1e6,
          maxMemoryUsageInMB: 1024,
        });
  } catch (error) {
    throw refuse(
      name,
      `the picture cannot be decoded (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

/** The picture scaled down by averaging to a maximum side in pixels. */
function scaled(picture: Picture, side: number): Picture {
  const factor = Math.ceil(Math.max(picture.width, picture.height) / side);
  if (factor <= 1) return picture;
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const grey = averageGrey(picture, x * factor, y * factor, factor);
      data.fill(grey, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}

function averageGrey({ data, width }: Picture, left: number, top: number, size: number): number {
  let sum = 0;
  for (let y = top; y < top + size; y += 1) {
    for (let x = left; x < left + size; x += 1) {
      const at = (y * width + x) * 4;
      sum += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
    }
  }
  return sum / (3 * size * size);
}

/** Transparent pixels count as white: codes are often saved without a background. */
function onWhite({ width, height, data }: Picture): Picture {
  const opaque = Uint8Array.from(data);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 255) / 255;
    for (const i of [at, at + 1, at + 2]) opaque[i] = 255 - alpha * (255 - (data[i] ?? 255));
    opaque[at + 3] = 255;
  }
  return { width, height, data: opaque };
}

/**
 * The text of the QR code in a PNG or JPEG picture.
 * @param name of the file, for the error
 * @throws HomingError `no-qr-code`
 */
export function qrTextIn(bytes: Uint8Array, name: string): string {
  const picture = onWhite(decoded(bytes, name));
  for (const side of sides) {
    const { data, width, height } = scaled(picture, side);
    const code = jsqr.default(new Uint8ClampedArray(data), width, height);
    if (code !== null && code.data !== '') return code.data;
    if (Math.max(picture.width, picture.height) <= side) break;
  }
  throw refuse(name, 'no QR code is found in it.');
}
