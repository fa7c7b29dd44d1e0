import { beforeEach, expect, test } from 'vitest';
import { type PeerNews, PeerSilence } from '../../../../helper/paths/peer-silence.ts';
import { parsePublicKey } from '../../../../shared/keys/wireguard-key.ts';
import { nasKey, vpsKey } from '../../support/profiles.ts';

const lookMs = 1_000;
let silence: PeerSilence;
let nowMs: number;

beforeEach(() => {
  silence = new PeerSilence(lookMs);
  nowMs = 10_000;
  look(1_000, 1_000);
});

function look(receivedBytes: number, sentBytes: number, key = nasKey): PeerNews {
  nowMs += lookMs;
  const endpoint = undefined;
  const publicKey = parsePublicKey(key, 'test');
  return silence.look(
    { publicKey, endpoint, latestHandshakeSeconds: undefined, receivedBytes, sentBytes },
    nowMs,
  );
}

test('a controller that does not answer in two looks is silent since before the first', () => {
  expect(look(1_000, 1_200)).toEqual({ news: 'none' });
  expect(look(1_000, 1_400)).toEqual({ news: 'silent', sinceMs: 11_000 });
});

test('one that answers is heard, and its silence counts anew', () => {
  look(1_000, 1_200);
  expect(look(1_128, 1_400)).toMatchObject({ news: 'heard' });
  expect(look(1_128, 1_600)).toEqual({ news: 'none' });
  expect(look(1_128, 1_800)).toEqual({ news: 'silent', sinceMs: 13_000 });
});

test('keepalives wait for no answer, however many there are', () => {
  for (let sent = 1_032; sent < 1_400; sent += 32) expect(look(1_000, sent)).toEqual({ news: 'none' });
});

test('the answers of one controller do not hide the silence of another', () => {
  look(0, 0, vpsKey);
  look(1_000, 1_200);
  look(500, 500, vpsKey);
  expect(look(1_000, 1_400)).toMatchObject({ news: 'silent' });
  expect(look(900, 900, vpsKey)).toMatchObject({ news: 'heard' });
});
