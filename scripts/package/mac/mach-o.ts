/**
 * What a program for macOS says of itself: a Mach-O file's header and load commands. Constants and layouts are those of
 * <mach-o/loader.h> and <mach/machine.h>.
 */

export type Processor = 'arm64' | 'x64';

export interface MachO {
  readonly processor: Processor;
  readonly segments: readonly Segment[];
  /** The oldest macOS it runs on, such as `11.0`; undefined when it does not say. */
  readonly minimumSystem: string | undefined;
  /** Whether it has a code signature, ad hoc or not. */
  readonly isSigned: boolean;
}

export interface Segment {
  readonly name: string;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly name: string;
  /** Where its content is in the file, in bytes. */
  readonly offset: number;
  readonly byteLength: number;
}

const magic64 = 0xfeedfacf;
const headerBytes = 32;
const segmentBytes = 72;
const sectionBytes = 80;
const executableType = 2;
const processors: ReadonlyMap<number, Processor> = new Map([
  [0x0100000c, 'arm64'],
  [0x01000007, 'x64'],
]);
const commands = { segment64: 0x19, codeSignature: 0x1d, minimumMacos: 0x24, buildVersion: 0x32 } as const;

interface LoadCommand {
  readonly type: number;
  readonly body: Buffer;
}

/**
 * Reads a thin 64-bit executable.
 * @throws Error saying what is wrong: another kind of file, another processor, or a file that ends too early
 */
export function parseMachO(file: Buffer): MachO {
  if (file.length < headerBytes || file.readUInt32LE(0) !== magic64)
    throw new Error('this is no 64-bit Mach-O file');
  const processor = processors.get(file.readUInt32LE(4));
  if (processor === undefined) throw new Error(`unknown processor 0x${file.readUInt32LE(4).toString(16)}`);
  if (file.readUInt32LE(12) !== executableType) throw new Error('this Mach-O file is no executable');
  const found = loadCommands(file);
  return {
    processor,
    segments: found
      .filter(({ type }) => type === commands.segment64)
      .map(({ body }) => segmentIn(body, file.length)),
    minimumSystem: minimumSystemIn(found),
    isSigned: found.some(({ type }) => type === commands.codeSignature),
  };
}

function loadCommands(file: Buffer): readonly LoadCommand[] {
  const end = headerBytes + file.readUInt32LE(20);
  if (end > file.length) throw new Error('the file ends within its load commands');
  const found: LoadCommand[] = [];
  let at = headerBytes;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const size = at + 8 <= end ? file.readUInt32LE(at + 4) : 0;
    if (size < 8 || at + size > end) throw new Error(`invalid load command at byte ${at}`);
    found.push({ type: file.readUInt32LE(at), body: file.subarray(at, at + size) });
    at += size;
  }
  return found;
}

function segmentIn(body: Buffer, fileBytes: number): Segment {
  const count = body.length < segmentBytes ? 0 : body.readUInt32LE(64);
  if (segmentBytes + count * sectionBytes > body.length) throw new Error('invalid segment');
  const sections = Array.from({ length: count }, (_, index) => {
    const at = segmentBytes + index * sectionBytes;
    const isInFile = (body.readUInt32LE(at + 64) & 0xff) !== zeroFilled;
    const section = {
      name: textAt(body, at),
      offset: body.readUInt32LE(at + 48),
      byteLength: Number(body.readBigUInt64LE(at + 40)),
    };
    if (isInFile && section.offset + section.byteLength > fileBytes)
      throw new Error(`section ${section.name} extends beyond the file`);
    return section;
  });
  return { name: textAt(body, 8), sections };
}

/** S_ZEROFILL: a section of zeroes, which the file does not contain. */
const zeroFilled = 1;

/** Names are 16 bytes, padded with zeroes. */
function textAt(body: Buffer, at: number): string {
  return body.toString('latin1', at, at + 16).replace(/\0+$/, '');
}

/** The version is in nibbles: xxxx.yy.zz (LC_BUILD_VERSION, or the older LC_VERSION_MIN_MACOSX). */
function minimumSystemIn(found: readonly LoadCommand[]): string | undefined {
  for (const { type, body } of found) {
    const at = type === commands.buildVersion ? 12 : type === commands.minimumMacos ? 8 : undefined;
    if (at === undefined || body.length < at + 4) continue;
    const version = body.readUInt32LE(at);
    return `${version >>> 16}.${(version >>> 8) & 0xff}`;
  }
  return undefined;
}
