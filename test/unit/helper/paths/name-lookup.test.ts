import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostsFileAddresses, lookupTimeoutMs, nameLookup } from '../../../../helper/paths/name-lookup.ts';

const typeA = 1;
const typeAaaa = 28;

/** The test's own DNS server (RFC 1035 section 4); undefined: no response. */
async function dnsServer(answer: (name: string, type: number) => readonly number[] | 'none' | undefined) {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const found = answer(labels.join('.'), type);
    if (found === undefined) return;
    const head = Buffer.from(query.subarray(0, at + 5));
    head.writeUInt16BE(found === 'none' ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(found === 'none' ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    const record = found === 'none' ? [] : [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, found.length, ...found];
    socket.send(Buffer.concat([head, Buffer.from(record)]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return [`127.0.0.1:${socket.address().port}`];
}

function hostsFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'homing-lookup-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'hosts');
  writeFileSync(path, text);
  return path;
}

const sixteen = (last: number) => [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), last];

test('an unresponsive resolver does not delay names of the hosts file', async () => {
  const servers = await dnsServer(() => undefined);
  const ask = nameLookup({ servers, hostsPath: hostsFile('192.0.2.9 nas.example.net\n') });
  const startedAt = performance.now();
  const dead = Promise.allSettled(Array.from({ length: 200 }, (_, i) => ask(`dead-${i}.example.net`)));
  expect(await ask('nas.example.net')).toEqual(['192.0.2.9']);
  expect(performance.now() - startedAt).toBeLessThan(500);
  const descriptors = readdirSync('/proc/self/fd').length;
  expect(new Set((await dead).map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(performance.now() - startedAt).toBeLessThan(lookupTimeoutMs + 1_500);
  // All queries share their sockets.
  expect(descriptors).toBeLessThan(150);
});

test('both families are queried, and a silent one is not waited for', async () => {
  const servers = await dnsServer((name, type) => {
    if (name === 'both.example.net') return type === typeA ? [192, 0, 2, 7] : sixteen(7);
    return type === typeA ? [192, 0, 2, 8] : undefined;
  });
  const ask = nameLookup({ servers, hostsPath: hostsFile('') });
  expect((await ask('both.example.net')).toSorted()).toEqual(['192.0.2.7', '2001:db8::7']);
  const startedAt = performance.now();
  expect(await ask('one.example.net')).toEqual(['192.0.2.8']);
  expect(performance.now() - startedAt).toBeLessThan(600);
});

test('a name of one family only is found, whichever answers first', async () => {
  const servers = await dnsServer((_, type) => (type === typeAaaa ? sixteen(9) : 'none'));
  expect(await nameLookup({ servers, hostsPath: hostsFile('') })('six.example.net')).toEqual(['2001:db8::9']);
});

test('a name that does not exist is refused at once, with the reason of the resolver', async () => {
  const servers = await dnsServer(() => 'none');
  const ask = nameLookup({ servers, hostsPath: hostsFile('') });
  await expect(ask('nobody.example.net')).rejects.toThrow(/ENOTFOUND|ENODATA/);
});

describe('a hosts file', () => {
  test.each([
    ['192.0.2.1 nas.example.net', ['192.0.2.1']],
    ['192.0.2.1\tother NAS.example.NET # comment\r', ['192.0.2.1']],
    ['192.0.2.1 nas.example.net\n2001:db8::1 nas.example.net', ['192.0.2.1', '2001:db8::1']],
    ['# 192.0.2.1 nas.example.net', []],
    ['192.0.2.1 nas.example.net.other', []],
    ['nonsense nas.example.net', []],
    ['fe80::1%eth0 nas.example.net', ['fe80::1%eth0']],
    ['', []],
  ])('%j', (text, addresses) => {
    expect(hostsFileAddresses(text, 'nas.example.net')).toEqual(addresses);
  });

  test('is read without an exception, whatever its content', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, host) => void hostsFileAddresses(text, host)));
  });
});
