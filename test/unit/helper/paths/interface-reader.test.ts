import { expect, test } from 'vitest';
import { InterfaceReader } from '../../../../helper/paths/interface-reader.ts';
import type { PathEvent } from '../../../../shared/paths/machine/events.ts';
import { endpoint, FakeSystem, plannedNas } from '../../support/fake-system.ts';

test('with several controllers, packets that WireGuard cannot send are a silence of them all', async () => {
  const { peer } = new FakeSystem(endpoint('192.0.2.10:51820'), [], 0);
  if (peer === undefined) throw new Error('the fixture has a peer');
  const other = { ...plannedNas(), name: 'other' };
  let nowMs = 0;
  let sentBytes = 1_000;
  const events: PathEvent[] = [];
  const reader = new InterfaceReader({
    read: async () => ({
      privateKey: undefined,
      publicKey: undefined,
      listenPort: 51_820,
      peers: [{ ...peer, sentBytes }],
    }),
    drivers: [plannedNas(), other].map((controller) => ({
      controller,
      handshakeAgeMs: () => 0,
      send: (event) => {
        if (event.type === 'silent') events.push(event);
      },
    })),
    nowMs: () => nowMs,
    onRead: () => undefined,
    onTrouble: (reason) => {
      throw new Error(reason);
    },
  });
  const look = async (seconds: number, bytes: number) => {
    for (let second = 0; second < seconds; second += 1) {
      sentBytes += bytes;
      await reader.counters({ sinceMs: 0, unanswered: 4 });
      nowMs += 1_000;
    }
  };
  await look(20, 128);
  expect(events).toEqual([]);
  await look(7, 0);
  const silent = { type: 'silent', sinceMs: 19_000 };
  expect(events).toEqual([silent, silent]);
});
