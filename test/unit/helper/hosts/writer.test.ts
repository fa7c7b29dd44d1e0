import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostsFileAt } from '../../../../helper/hosts/hosts-file.ts';
import { hostsWriter, type WriterLimits, writerLimits } from '../../../../helper/hosts/writer.ts';
import { hostsBehindWriter } from '../../../../helper/hosts/writer-client.ts';
import { requestLimitBytes } from '../../../../helper/hosts/writer-protocol.ts';

const original = '127.0.0.1 localhost\n192.0.2.7 printer';
const entries = [{ address: 'fd28:387a:c1:4700::1', names: ['nas.wgnet', 'nas'] }];

let folder: string;
let path: string;
let socketPath: string;
let server: Server;
let idle: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-writer-'));
  path = join(folder, 'hosts');
  socketPath = join(folder, 's');
  await writeFile(path, original);
  await start();
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function start(limits: Partial<WriterLimits> = {}): Promise<void> {
  idle = false;
  const onIdle = () => {
    idle = true;
  };
  server = hostsWriter(hostsFileAt(path), onIdle, { ...writerLimits, ...limits });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
}

async function startWith(limits: Partial<WriterLimits>): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
  await start(limits);
}

/** Sends bytes as they are. @returns the answer, empty if the writer hung up */
function send(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.on('end', () => socket.destroy());
    socket.end(bytes);
  });
}

const codeIn = (answer: string) => /"code":"([a-z-]+)"/.exec(answer)?.[1];
const request = (value: unknown) => send(`${JSON.stringify(value)}\n`);

test('names are written and removed through the writer, byte for byte as before', async () => {
  const hosts = hostsBehindWriter(socketPath, path);
  expect(await hosts.write(entries)).toBe(true);
  expect(await hosts.write(entries)).toBe(false);
  expect(await readFile(path, 'utf8')).toContain('\nfd28:387a:c1:4700::1 nas.wgnet nas\n# END homing\n');
  expect(await hosts.clear()).toBe(true);
  expect(await hosts.clear()).toBe(false);
  expect(await readFile(path, 'utf8')).toBe(original);
  expect((await readdir(folder)).toSorted()).toEqual(['hosts', 's']);
});

test('a problem of the file reaches the caller as it is', async () => {
  await rm(path);
  await expect(hostsBehindWriter(socketPath, path).write(entries)).rejects.toMatchObject({
    problem: { code: 'hosts-not-writable', cause: `${path} is not there.` },
  });
});

const oneEntry = (entry: unknown) => ({ version: 1, entries: [entry] });

test.each([
  ['no JSON', '127.0.0.1 evil\n', 'bad-hosts-request'],
  ['another version', `${JSON.stringify({ version: 2, entries: [] })}\n`, 'bad-hosts-request'],
  ['no end', JSON.stringify({ version: 1, entries }), 'bad-hosts-request'],
  ['nothing', '', 'bad-hosts-request'],
  ['brackets a million deep', `${'['.repeat(1_000_000)}\n`, 'bad-hosts-request'],
  ['more than the limit', Buffer.alloc(requestLimitBytes + 2, 0x20), 'bad-hosts-request'],
])('%s is refused, and the file stays', async (_, bytes, code) => {
  expect(codeIn(await send(bytes))).toBe(code);
  expect(await readFile(path, 'utf8')).toBe(original);
});

test.each([
  ['a newline in a name', { address: '10.0.0.1', names: ['a\n127.0.0.1 evil'] }],
  ['a carriage return in a name', { address: '10.0.0.1', names: ['a\rb'] }],
  ['a name that begins a comment', { address: '10.0.0.1', names: ['#'] }],
  ['white space in a name', { address: '10.0.0.1', names: ['a b'] }],
  ['a line separator in a name', { address: '10.0.0.1', names: ['a\u2028b'] }],
  ['a NUL in a name', { address: '10.0.0.1', names: ['a\0b'] }],
  ['an empty name', { address: '10.0.0.1', names: [''] }],
  ['a name of 256 characters', { address: '10.0.0.1', names: ['a'.repeat(256)] }],
  ['no name', { address: '10.0.0.1', names: [] }],
  ['a newline in the address', { address: '10.0.0.1\n::1', names: ['a'] }],
  ['a name for an address', { address: 'localhost', names: ['a'] }],
  ['an address with a zone', { address: 'fe80::1%eth0', names: ['a'] }],
  ['octal digits', { address: '010.0.0.1', names: ['a'] }],
  ['a further field', { address: '10.0.0.1', names: ['a'], path: '/etc/shadow' }],
  ['17 names', { address: '10.0.0.1', names: Array.from({ length: 17 }, (_, i) => `n${i}`) }],
])('%s is refused, and the file stays', async (_, entry) => {
  expect(codeIn(await request(oneEntry(entry)))).toMatch(/^bad-host(s-request|-entry)$/);
  expect(await readFile(path, 'utf8')).toBe(original);
});

test('a request names no file', async () => {
  expect(codeIn(await request({ version: 1, entries, path: '/etc/passwd' }))).toBe('bad-hosts-request');
  expect(codeIn(await request({ version: 1, entries: Array(32_769).fill(entries[0]) }))).toBe(
    'bad-hosts-request',
  );
});

test('whatever is sent, only the block changes, and the next request is answered', async () => {
  const anything = fc.oneof(
    fc.json().map((text) => `${text}\n`),
    fc.string({ unit: 'binary' }).map((text) => `${text}\n`),
    fc
      .array(fc.record({ address: fc.ipV4(), names: fc.array(fc.string({ unit: 'binary' })) }))
      .map((list) => `${JSON.stringify({ version: 1, entries: list })}\n`),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      await send(bytes);
      const file = await readFile(path, 'utf8');
      expect(file.startsWith(original)).toBe(true);
      expect(file.replace(/\n# BEGIN homing[^\n]*\n(?:[0-9.]+ [^\n]+\n)*# END homing\n$/, '')).toBe(original);
    }),
    { numRuns: 150 },
  );
  await hostsBehindWriter(socketPath, path).clear();
  expect(await readFile(path, 'utf8')).toBe(original);
});

test('the draft of a writer that was killed is removed by the next request', async () => {
  await writeFile(join(folder, '.hosts.homing'), 'half');
  await hostsBehindWriter(socketPath, path).clear();
  expect((await readdir(folder)).toSorted()).toEqual(['hosts', 's']);
});

test('a caller that sends nothing is disconnected, and one beyond the limit is refused', async () => {
  await startWith({ requestTimeoutMs: 200, connections: 1 });
  const silent = connect(socketPath);
  const closed = new Promise((resolve) => silent.once('close', resolve));
  await new Promise((resolve) => silent.once('connect', resolve));
  expect(await request({ version: 1, entries })).toBe('');
  await closed;
  expect(JSON.parse(await request({ version: 1, entries }))).toEqual({ changed: true });
});

test('it ends when nobody was connected for a while', async () => {
  await startWith({ idleMs: 50 });
  await hostsBehindWriter(socketPath, path).write(entries);
  await expect.poll(() => idle, { timeout: 5_000 }).toBe(true);
});

test('the writer is not needed where nothing would change', async () => {
  const away = hostsBehindWriter(join(folder, 'none'), path);
  expect(await away.clear()).toBe(false);
  await hostsBehindWriter(socketPath, path).write(entries);
  expect(await away.write(entries)).toBe(false);
  await expect(away.clear()).rejects.toMatchObject({ problem: { code: 'hosts-writer-silent' } });
  await rm(path);
  await expect(away.write(entries)).rejects.toMatchObject({ problem: { code: 'hosts-writer-silent' } });
});

test('without a writer the caller learns which service to look at', async () => {
  await expect(hostsBehindWriter(join(folder, 'none'), path).write(entries)).rejects.toMatchObject({
    problem: { code: 'hosts-writer-silent', cause: expect.stringContaining('ENOENT') },
  });
});
