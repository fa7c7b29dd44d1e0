import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeviceNames } from '../../../../../helper/tunnel/macos/device-names.ts';
import { TrafficCounters } from '../../../../../helper/tunnel/macos/traffic-counters.ts';
import type { LiveInterface } from '../../../../../helper/tunnel/system.ts';
import { parsePublicKey } from '../../../../../shared/keys/wireguard-key.ts';
import { nasKey } from '../../../support/profiles.ts';

function reading(receivedBytes: number, sentBytes: number): LiveInterface {
  const peer = {
    publicKey: parsePublicKey(nasKey, 'test'),
    endpoint: undefined,
    latestHandshakeSeconds: undefined,
  };
  return {
    privateKey: undefined,
    publicKey: undefined,
    listenPort: 1,
    peers: [{ ...peer, receivedBytes, sentBytes }],
  };
}

describe('packets counted by the bytes of each peer', () => {
  const counted = (...readings: readonly (readonly [number, number])[]) => {
    const counters = new TrafficCounters();
    for (const [received, sent] of readings) counters.update(reading(received, sent));
    return counters.counts;
  };

  test('a keepalive that went out counts for nothing, one that came in for a packet', () => {
    expect(counted([0, 0], [32, 32])).toEqual({ received: 1, sent: 0 });
  });

  test('a handshake counts, and a stream at least for the packets that its bytes need', () => {
    expect(counted([0, 0], [92, 148])).toEqual({ received: 1, sent: 1 });
    expect(counted([0, 0], [0, 15_000])).toEqual({ received: 0, sent: 10 });
  });

  test('an initiation of the peer does not show that it receives anything', () => {
    expect(counted([0, 0], [148, 92], [180, 92])).toEqual({ received: 1, sent: 1 });
  });

  test('a peer that was added again begins at zero', () => {
    expect(counted([5_000, 5_000], [144, 0]).received).toBe(5);
  });

  test('never goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000)), (bytes) => {
        const counters = new TrafficCounters();
        let before = 0;
        for (const one of bytes) {
          counters.update(reading(one, one));
          expect(counters.counts.received).toBeGreaterThanOrEqual(before);
          before = counters.counts.received;
        }
      }),
    );
  });
});

describe('the interface behind a name', () => {
  let directory: string;
  let names: DeviceNames;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'homing-names-'));
    names = new DeviceNames(directory, (device) => join(directory, `${device}.sock`));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('is the one whose socket was made with the name', () => {
    writeFileSync(names.nameFile('hm-wgnet'), 'utun7\n');
    expect(names.device('hm-wgnet')).toBeUndefined();
    writeFileSync(join(directory, 'utun7.sock'), '');
    expect(names.device('hm-wgnet')).toBe('utun7');
  });

  test('is none when the number is another program’s by now', () => {
    writeFileSync(names.nameFile('hm-wgnet'), 'utun7\n');
    const socket = join(directory, 'utun7.sock');
    writeFileSync(socket, '');
    const later = Date.now() / 1000 + 60;
    utimesSync(socket, later, later);
    expect(names.device('hm-wgnet')).toBeUndefined();
    expect(names.written('hm-wgnet')).toBe('utun7');
  });

  test.each(['', 'en0\n', '../x\n', 'utun7\nutun8\n'])('is none when the file says %j', (text) => {
    writeFileSync(names.nameFile('hm-wgnet'), text);
    expect(names.written('hm-wgnet')).toBeUndefined();
  });
});
