import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { directLookup, lookupOrElse } from '../../../../helper/paths/direct-lookup.ts';
import { addressesInAnswer, questionBytes } from '../../../../helper/paths/dns-message.ts';
import { probePorts } from '../../../../helper/tunnel/probe-ports.ts';

/** A record that points to the name in the question. */
function record(type: number, data: readonly number[]): number[] {
  return [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data];
}

function answerTo(question: Buffer, records: readonly (readonly number[])[]): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, Buffer.from(records.flat())]);
}

describe('a message of DNS', () => {
  test('gives the addresses of its kind, past an alias', () => {
    const question = questionBytes('vps.example', 4, 7);
    const alias = record(5, [1, 0x78, 0]);
    const answer = answerTo(question, [alias, record(1, [203, 0, 113, 10]), record(28, Array(16).fill(1))]);
    expect(addressesInAnswer(answer, 4, 7)).toEqual(['203.0.113.10']);
    expect(addressesInAnswer(answer, 6, 7)).toEqual(['101:101:101:101:101:101:101:101']);
    expect(addressesInAnswer(answer, 4, 8)).toBeUndefined();
    expect(addressesInAnswer(question, 4, 7)).toBeUndefined();
  });

  test('cut off or mixed up is refused at once', () => {
    const whole = answerTo(questionBytes('vps.example', 4, 7), [record(1, [203, 0, 113, 10])]);
    for (let length = 0; length < whole.length; length += 1)
      expect(() => addressesInAnswer(whole.subarray(0, length), 4, 7)).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          addressesInAnswer(Buffer.from(bytes), 4, 7);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  test.each(['', 'a..b', 'x'.repeat(64), `${'abcdefgh.'.repeat(30)}example`])('has no name %j', (name) => {
    expect(() => questionBytes(name, 4, 1)).toThrow(RangeError);
  });
});

async function nameServer(records: readonly (readonly number[])[]) {
  const socket = createSocket('udp4');
  const ports: number[] = [];
  socket.on('message', (question, from) => {
    ports.push(from.port);
    socket.send(answerTo(question, records), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, ports };
}

test('the servers are queried from ports that pass the kill switch, and their answers are merged', async () => {
  const server = await nameServer([
    record(1, [203, 0, 113, 10]),
    record(28, [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1]),
  ]);
  const found = await directLookup(() => ['127.0.0.1', '127.0.0.2'], server.port)('vps.example');
  expect(new Set(found)).toEqual(new Set(['203.0.113.10', '2001:db8::1']));
  for (const port of server.ports) expect(port >= probePorts.first && port <= probePorts.last).toBe(true);
});

test('without a server that knows it there is a reason', async () => {
  const { port } = await nameServer([]);
  await expect(directLookup(() => ['127.0.0.1'], port)('vps.example')).rejects.toThrow('vps.example');
  await expect(directLookup(() => [])('vps.example')).rejects.toThrow('no name server');
});

test('a server that cannot be reached from here is an answer without addresses, and other servers still count', async () => {
  const server = await nameServer([record(1, [203, 0, 113, 10])]);
  // Without its zone, a link-local address leads nowhere: connect(2) fails with EINVAL.
  for (const unreachable of ['fe80::1', 'fe80::1%no-such-link', '255.255.255.255']) {
    await expect(directLookup(() => [unreachable], server.port)('vps.example')).rejects.toThrow(
      'no name server of this network knows vps.example',
    );
    const both = () => [unreachable, '127.0.0.1'];
    expect(await directLookup(both, server.port)('vps.example')).toEqual(['203.0.113.10']);
  }
});

test('a name that DNS cannot have is an error of the lookup', async () => {
  await expect(directLookup(() => ['127.0.0.1'])('a..b')).rejects.toThrow('a..b');
});

describe('a second lookup', () => {
  const knows = async () => ['203.0.113.10'];
  const fails = () => Promise.reject(new Error('refused'));
  const never = () => sleep(60_000, [], { ref: false });

  test('is not used while the first answers', async () => {
    let asked = 0;
    const second = async () => {
      asked += 1;
      return [];
    };
    expect(await lookupOrElse(knows, second)('vps.example')).toEqual(['203.0.113.10']);
    expect(asked).toBe(0);
  });

  test('is used when the first fails, or is slow', async () => {
    expect(await lookupOrElse(fails, knows)('vps.example')).toEqual(['203.0.113.10']);
    expect(await lookupOrElse(never, knows, 10)('vps.example')).toEqual(['203.0.113.10']);
  });

  test('that fails too leaves the first reason', async () => {
    const second = () => Promise.reject(new Error('second'));
    await expect(lookupOrElse(fails, second)('vps.example')).rejects.toThrow('refused');
    const slow = () => sleep(30).then(fails);
    await expect(lookupOrElse(slow, second, 10)('vps.example')).rejects.toThrow('refused');
  });
});
