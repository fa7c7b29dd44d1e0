import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMachO } from '../../../scripts/package/mac/mach-o.ts';

const buildVersion = Buffer.alloc(24);
buildVersion.writeUInt32LE(0x32, 0);
buildVersion.writeUInt32LE(24, 4);
buildVersion.writeUInt32LE((13 << 16) | (5 << 8), 12);

const signature = Buffer.alloc(16);
signature.writeUInt32LE(0x1d, 0);
signature.writeUInt32LE(16, 4);

function segment(name: string, section: string, offset: number, byteLength: number): Buffer {
  const command = Buffer.alloc(72 + 80);
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8, 'latin1');
  command.writeUInt32LE(1, 64);
  command.write(section, 72, 'latin1');
  command.writeBigUInt64LE(BigInt(byteLength), 72 + 40);
  command.writeUInt32LE(offset, 72 + 48);
  return command;
}

function program(processor: number, commands: readonly Buffer[], content = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(processor, 4);
  header.writeUInt32LE(2, 12);
  header.writeUInt32LE(commands.length, 16);
  const body = Buffer.concat(commands);
  header.writeUInt32LE(body.length, 20);
  return Buffer.concat([header, body, content]);
}

const whole = program(
  0x0100000c,
  [buildVersion, segment('NODE_SEA', '__NODE_SEA_BLOB', 32 + 24 + 152 + 16, 8), signature],
  Buffer.from('the blob'),
);

test('reads processor, oldest system, segments with their sections, and whether there is a signature', () => {
  expect(parseMachO(whole)).toEqual({
    processor: 'arm64',
    minimumSystem: '13.5',
    isSigned: true,
    segments: [{ name: 'NODE_SEA', sections: [{ name: '__NODE_SEA_BLOB', offset: 224, byteLength: 8 }] }],
  });
  expect(parseMachO(program(0x01000007, []))).toEqual({
    processor: 'x64',
    minimumSystem: undefined,
    isSigned: false,
    segments: [],
  });
});

describe('refuses', () => {
  test.each([
    ['a program for Linux', Buffer.from('\x7fELF'.padEnd(64, '\0')), /no 64-bit Mach-O/],
    ['another processor', program(0x0100000e, []), /unknown processor 0x100000e/],
    ['a section beyond the end', program(0x0100000c, [segment('A', 'B', 0, 1_000_000)]), /beyond the file/],
  ])('%s', (_, file, message) => {
    expect(() => parseMachO(file)).toThrow(message);
  });

  test('a program that ends too early, at any byte', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(() => parseMachO(whole.subarray(0, length))).toThrow(
          /no 64-bit Mach-O|ends within|beyond the file/,
        );
      }),
    );
  });
});
