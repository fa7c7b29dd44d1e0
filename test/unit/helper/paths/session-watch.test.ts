import { describe, expect, test } from 'vitest';
import { SessionWatch } from '../../../../helper/paths/session-watch.ts';
import type { LivePeer } from '../../../../helper/tunnel/system.ts';
import { endpoint, FakeSystem } from '../../support/fake-system.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

/** Watches a controller with so many bytes sent to it and received from it between two reads, or at once after the first. */
function stage(sentEachRead: number, answers: number, receivedBytes = 1_000, bytesAtOnce = 0) {
  const time = new VirtualTime();
  const { peer } = new FakeSystem(endpoint('192.0.2.10:51820'), [], time.wallMs());
  if (peer === undefined) throw new Error('the fixture has a peer');
  let live: LivePeer = { ...peer, receivedBytes };
  let reads = 0;
  const read = async () => {
    reads += 1;
    live = {
      ...live,
      sentBytes: live.sentBytes + sentEachRead,
      receivedBytes: live.receivedBytes + answers + (reads === 2 ? bytesAtOnce : 0),
    };
    return live;
  };
  return { time, watch: new SessionWatch(read, time) };
}

describe('a tunnel', () => {
  const silentMs = (sent: number, answers: number) => {
    const { time, watch } = stage(sent, answers);
    return time.run(watch.silentMs(300));
  };

  test('that sends data and receives nothing is silent, for at least as long as was requested', async () => {
    expect(await silentMs(128, 0)).toBeGreaterThanOrEqual(300);
  });

  test('that receives something is not silent, and neither is a tunnel that sends nothing', async () => {
    expect(await silentMs(128, 60)).toBeNull();
    expect(await silentMs(0, 0)).toBeNull();
  });

  test('has answered once it received more than a session brings by itself', async () => {
    const answered = (answers: number, received: number) => {
      const { time, watch } = stage(0, answers, received);
      return time.run(watch.hasAnswered());
    };
    expect(await answered(128, 0)).toBe(true);
    expect(await answered(0, 92)).toBe(false);
  });

  test('that is tested is heard or silent, and idle when nothing was sent', async () => {
    const ask = (sent: number, answers: number) => {
      const { time, watch } = stage(sent, answers);
      return time.run(watch.ask(200, async () => undefined));
    };
    expect(await ask(128, 0)).toBe('silent');
    expect(await ask(128, 60)).toBe('received');
    expect(await ask(0, 0)).toBe('idle');
  });

  test('is as silent when handshake initiations of the controller arrive, and nothing else', async () => {
    const received = (bytes: number, check: (watch: SessionWatch) => Promise<unknown>) => {
      const { time, watch } = stage(128, 0, 1_000, bytes);
      return time.run(check(watch));
    };
    expect(await received(148, (watch) => watch.ask(400, async () => undefined))).toBe('silent');
    expect(await received(148, (watch) => watch.silentMs(300))).toBeGreaterThanOrEqual(300);
    expect(await received(148 + 32, (watch) => watch.ask(400, async () => undefined))).toBe('received');
    const { time, watch } = stage(0, 0, 148);
    expect(await time.run(watch.hasAnswered())).toBe(false);
  });

  test('with a new session has no result: its own handshake is no answer to the ping', async () => {
    const { time, watch } = stage(128, -500);
    expect(await time.run(watch.ask(200, async () => undefined))).toBe('no-session');
  });

  test('is silent, not idle, when packets enter its interface and WireGuard can send none of them', async () => {
    const { time } = stage(0, 0);
    const { peer } = new FakeSystem(endpoint('192.0.2.10:51820'), [], time.wallMs());
    const ask = (perRead: number, sentToOthers: number) => {
      let [packets, bytes] = [0, 0];
      const watch = new SessionWatch(async () => peer, time, {
        packets: () => (packets += perRead),
        bytes: async () => (bytes += sentToOthers),
      });
      return time.run(watch.ask(200, async () => undefined));
    };
    expect(await ask(2, 0)).toBe('silent');
    expect(await ask(0, 0)).toBe('idle');
    expect(await ask(2, 256)).toBe('idle');
  });

  test('is no longer watched once it is disconnected', async () => {
    const { watch } = stage(128, 0);
    const silent = watch.silentMs(60_000);
    watch.stop();
    await expect(silent).rejects.toThrow('disconnected');
  });
});
