import { describe, expect, test } from 'vitest';
import { SessionWatch } from '../../../../helper/paths/session-watch.ts';
import type { LivePeer } from '../../../../helper/tunnel/system.ts';
import { endpoint, FakeSystem } from '../../support/fake-system.ts';

/** Watches a controller to which so much is sent between two reads, and that answers so much. */
function watchOf(sentEachRead: number, answers: number, receivedBytes = 1_000): SessionWatch {
  const { peer } = new FakeSystem(endpoint('192.0.2.10:51820'), []);
  if (peer === undefined) throw new Error('the fixture has a peer');
  let live: LivePeer = { ...peer, receivedBytes };
  const read = async () => {
    live = {
      ...live,
      sentBytes: live.sentBytes + sentEachRead,
      receivedBytes: live.receivedBytes + answers,
    };
    return live;
  };
  return new SessionWatch(read, () => performance.now());
}

describe.concurrent('a tunnel', () => {
  test('that sends data and receives nothing is silent, for at least as long as was asked', async () => {
    expect(await watchOf(128, 0).silentMs(300)).toBeGreaterThanOrEqual(300);
  });

  test('that receives something is not, and neither is one that sends nothing', async () => {
    expect(await watchOf(128, 60).silentMs(300)).toBeNull();
    expect(await watchOf(0, 0).silentMs(300)).toBeNull();
  }, 10_000);

  test('has answered once more came in than a session brings by itself', async () => {
    expect(await watchOf(0, 128, 0).hasAnswered()).toBe(true);
    expect(await watchOf(0, 0, 92).hasAnswered()).toBe(false);
  });

  test('that is asked says what it heard, and nothing where nothing was sent', async () => {
    const nothing = async () => undefined;
    expect(await watchOf(128, 0).ask(200, nothing)).toBe('silent');
    expect(await watchOf(128, 60).ask(200, nothing)).toBe('heard');
    expect(await watchOf(0, 0).ask(200, nothing)).toBe('idle');
  });

  test('is not watched any more once the tunnel is taken down', async () => {
    const watch = watchOf(128, 0);
    const silent = watch.silentMs(60_000);
    watch.stop();
    await expect(silent).rejects.toThrow();
  });
});
