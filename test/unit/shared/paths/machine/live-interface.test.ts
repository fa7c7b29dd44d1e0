import { beforeEach, describe, expect, test } from 'vitest';
import { type CountersResult, countersRead } from '../../../../../shared/paths/machine/live-interface.ts';
import type { InterfaceSilence } from '../../../../../shared/paths/machine/traffic-watch.ts';
import { endpoint } from '../../../support/fake-system.ts';
import { internet, lan, MachineRun } from '../../../support/machine-run.ts';

const lookMs = 1_000;
let run: MachineRun;

beforeEach(() => {
  run = new MachineRun();
  run.nowMs = 10_000;
  look(1_000, 1_000);
});

function look(receivedBytes: number, sentBytes: number, silence?: InterfaceSilence): CountersResult {
  run.nowMs += lookMs;
  const why = silence === undefined ? {} : { silence };
  const { state, result: counted } = countersRead(run.state, { receivedBytes, sentBytes, ...why }, run.nowMs);
  run.state = state;
  return counted;
}

describe('the byte counters of a controller', () => {
  test('that does not answer in two looks say it is silent since before the first', () => {
    expect(look(1_000, 1_200)).toEqual({ is: 'nothing' });
    expect(look(1_000, 1_400)).toMatchObject({ is: 'silent', sinceMs: 11_000 });
  });

  test('that answers say so, and its silence counts again', () => {
    look(1_000, 1_200);
    expect(look(1_128, 1_400)).toMatchObject({ is: 'received' });
    expect(look(1_128, 1_600)).toEqual({ is: 'nothing' });
    expect(look(1_128, 1_800)).toMatchObject({ is: 'silent', sinceMs: 13_000 });
  });

  test('are silent although handshake initiations of the controller arrive', () => {
    expect(look(1_000, 1_200)).toEqual({ is: 'nothing' });
    expect(look(1_148, 1_400)).toMatchObject({ is: 'silent', sinceMs: 11_000 });
    expect(look(1_180, 1_600)).toMatchObject({ is: 'received' });
  });

  test('that bring half of what they brought say so', () => {
    for (let bytes = 10_000; bytes < 22_000; bytes += 2_560) expect(look(bytes, bytes).is).toBe('received');
    const { receivedBytes = 0, sentBytes = 0 } = run.state.counters ?? {};
    expect(look(receivedBytes + 1_280, sentBytes + 2_560)).toMatchObject({ is: 'fewer-answers' });
  });

  test('say nothing of keepalives, which wait for no answer', () => {
    for (let sent = 1_032; sent < 1_400; sent += 32) expect(look(1_000, sent)).toEqual({ is: 'nothing' });
  });

  test('prove nothing about handshakes minutes apart, whose responses are in flight', () => {
    for (let sent = 1_180; sent < 3_000; sent += 180) {
      expect(look(1_000, sent)).toEqual({ is: 'nothing' });
      run.nowMs += 120_000;
    }
  });
});

describe('a silence of the whole interface', () => {
  const silence = { sinceMs: 11_500, unanswered: 9 };

  test('is that of a controller which something was sent to: at the first look', () => {
    expect(look(1_000, 1_600, silence)).toEqual({ is: 'silent', sinceMs: 11_500, unanswered: 9 });
  });

  test('counts no more packets than that controller can have been sent', () => {
    expect(look(1_000, 1_200, silence)).toMatchObject({ is: 'silent', unanswered: 3 });
  });

  test('is not attributed to a controller with a handshake in progress', () => {
    expect(look(1_000, 1_180, silence)).toEqual({ is: 'nothing' });
    expect(look(1_092, 1_180, silence)).toMatchObject({ is: 'received' });
  });

  test('is that of a controller which answered before it: at the second look', () => {
    expect(look(1_128, 1_600, silence)).toMatchObject({ is: 'received' });
    expect(look(1_128, 2_200, silence)).toEqual({ is: 'silent', sinceMs: 11_500, unanswered: 9 });
  });

  test('is not that of a controller which answers again', () => {
    look(1_128, 1_600, silence);
    expect(look(1_256, 1_900)).toMatchObject({ is: 'received' });
    expect(look(1_256, 2_200)).toEqual({ is: 'nothing' });
  });

  test('that a probe explained is reported again after 10 s', () => {
    look(1_000, 1_600, silence);
    const later = Array.from({ length: 10 }, (_, n) => look(1_000, 2_000 + 400 * n, silence).is);
    expect(later).toEqual([...Array.from({ length: 9 }, () => 'nothing'), 'silent']);
  });

  test('is not that of a controller which nothing but a keepalive was sent to', () => {
    expect(look(1_000, 1_032, silence)).toEqual({ is: 'nothing' });
  });
});

describe('the endpoint that WireGuard reports', () => {
  const elsewhere = endpoint('203.0.113.99:51820');

  test('is the path in use when it followed the controller by itself', () => {
    run.startAtHome();
    run.send({ type: 'interface-read', endpoint: elsewhere, handshakeAgeMs: 1_000 });
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: elsewhere });
    expect(run.state.candidates.at(-1)).toMatchObject({ endpoint: elsewhere, source: 'live' });
  });

  test('is ignored while a move is in progress', () => {
    run.startAtHome();
    run.answer(lan, 1);
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 1_000 });
    expect(run.state.phase).toMatchObject({ is: 'moving', move: { to: lan } });
  });

  test('is suspected when the last handshake is older than a session lasts', () => {
    run.startAtHome();
    run.endRound();
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 185_000 });
    expect(run.state.phase).toMatchObject({ silentSinceMs: null });
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 195_000 });
    expect(run.state.phase).toMatchObject({ silentSinceMs: run.nowMs - 195_000 });
    expect(run.last('probe').timing).toMatchObject({ attempts: 4 });
  });
});
