import { describe, expect, test } from 'vitest';
import { SessionCheck } from '../../../../helper/paths/session-check.ts';
import type { LivePeer } from '../../../../helper/tunnel/system.ts';
import { endpoint, FakeSystem } from '../../support/fake-system.ts';

/** A controller whose tunnel is used: what is sent to it, and what it answers to each packet. */
function used(options: { sentEachRead: number; answers: number; answersAfterRenewal: number }) {
  const at = endpoint('192.0.2.10:51820');
  const { peer } = new FakeSystem(at, []);
  if (peer === undefined) throw new Error('the fixture has a peer');
  let live: LivePeer = peer;
  let answers = options.answers;
  const renewed: number[] = [];
  let nowMs = 0;
  const check = new SessionCheck({
    nowMs: () => performance.now() + nowMs,
    read: async () => {
      live = {
        ...live,
        sentBytes: live.sentBytes + options.sentEachRead,
        receivedBytes: live.receivedBytes + answers,
      };
      return live;
    },
    renew: async (silentMs) => {
      renewed.push(silentMs);
      live = { ...live, sentBytes: 0, receivedBytes: 92 };
      answers = options.answersAfterRenewal;
    },
  });
  return {
    check: (canRenew = () => true) => check.check(5, canRenew),
    renewed,
    stop: () => check.stop(),
    restart: () => {
      answers = 0;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe.concurrent('a controller that answers probes and nothing in the tunnel', () => {
  test('is taken for one that was started anew, once data has gone unanswered for a while', async () => {
    const peer = used({ sentEachRead: 128, answers: 0, answersAfterRenewal: 128 });
    await peer.check();
    expect(peer.renewed).toHaveLength(1);
    expect(peer.renewed[0]).toBeGreaterThanOrEqual(700);
    await peer.check();
    expect(peer.renewed).toHaveLength(1);
  });

  test('is left alone for a minute when a new session brought nothing, then for two', async () => {
    const peer = used({ sentEachRead: 128, answers: 0, answersAfterRenewal: 0 });
    await peer.check();
    peer.pass(55_000);
    await peer.check();
    expect(peer.renewed).toHaveLength(1);
    peer.pass(5_000);
    await peer.check();
    peer.pass(115_000);
    await peer.check();
    expect(peer.renewed).toHaveLength(2);
    peer.pass(5_000);
    await peer.check();
    expect(peer.renewed).toHaveLength(3);
  }, 20_000);

  test('keeps its session when it answers after all, and when nothing is sent', async () => {
    const answering = used({ sentEachRead: 128, answers: 60, answersAfterRenewal: 0 });
    const quiet = used({ sentEachRead: 0, answers: 0, answersAfterRenewal: 0 });
    await Promise.all([answering.check(), quiet.check()]);
    expect([answering.renewed, quiet.renewed]).toEqual([[], []]);
  }, 10_000);

  test('is waited for while a move is under way', async () => {
    const peer = used({ sentEachRead: 128, answers: 0, answersAfterRenewal: 128 });
    const startMs = performance.now();
    await peer.check(() => performance.now() - startMs > 1_500);
    expect(peer.renewed).toHaveLength(1);
    expect(peer.renewed[0]).toBeGreaterThan(1_400);
  });

  test('is asked about once more when it was restarted again meanwhile', async () => {
    const peer = used({ sentEachRead: 128, answers: 0, answersAfterRenewal: 128 });
    const first = peer.check();
    setTimeout(() => void peer.check(), 750);
    setTimeout(() => peer.restart(), 900);
    await first;
    expect(peer.renewed).toHaveLength(2);
  });

  test('is not touched any more once the tunnel is taken down', async () => {
    const peer = used({ sentEachRead: 128, answers: 0, answersAfterRenewal: 0 });
    const checked = peer.check();
    setTimeout(() => peer.stop(), 300);
    await checked;
    expect(peer.renewed).toEqual([]);
  });
});
