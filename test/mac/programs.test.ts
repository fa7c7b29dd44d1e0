import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseMachO } from '../../scripts/package/mac/mach-o.ts';

/** The programs of the macOS package, made from Debian's and npm's packages. None of them can run here. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'homing-mac-programs-'));
const buildTimeoutMs = 600_000;

beforeAll(() => {
  const build = [process.execPath, join(root, 'scripts/package/mac/programs.ts'), folder];
  execFileSync('nice', ['-n', '15', ...build], { stdio: 'pipe', timeout: buildTimeoutMs });
}, buildTimeoutMs);
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['arm64', 'x64'] as const)('for %s', (processor) => {
  test('wireguard-go is a program for macOS 11, signed where Apple processors require it', () => {
    const file = readFileSync(join(folder, processor, 'wireguard-go'));
    const { segments, ...program } = parseMachO(file);
    expect(program).toEqual({ processor, minimumSystem: '11.0', isSigned: processor === 'arm64' });
    expect(segments.map(({ name }) => name)).toContain('__TEXT');
    expect(file.includes('0.0.20230223')).toBe(true);
  });

  test('its licence is beside it', () => {
    const licence = readFileSync(join(folder, processor, 'wireguard-go.LICENSE'), 'utf8');
    expect(licence).toMatch(/Permission is hereby granted, free of charge/);
  });

  test('the helper is Node with our bundle and wireguard-go inside, without Node’s signature', () => {
    const file = readFileSync(join(folder, processor, 'helper/homing-helper'));
    const { segments, isSigned } = parseMachO(file);
    expect(isSigned).toBe(false);
    const sections = segments.filter(({ name }) => name === 'NODE_SEA').flatMap((one) => one.sections);
    expect(sections.map(({ name }) => name)).toEqual(['__NODE_SEA_BLOB']);
    const [{ offset, byteLength } = { offset: 0, byteLength: 0 }] = sections;
    const blob = file.subarray(offset, offset + byteLength);
    expect(blob.includes('homing-helper: listening at')).toBe(true);
    expect(blob.includes(readFileSync(join(folder, processor, 'wireguard-go')))).toBe(true);
  });
});
