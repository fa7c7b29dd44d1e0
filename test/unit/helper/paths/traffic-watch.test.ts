import { beforeEach, describe, expect, test } from 'vitest';
import { TrafficWatch } from '../../../../helper/paths/traffic-watch.ts';

const lookMs = 150;

let counters: { received: number; sent: number } | undefined;
let monotonicMs: number;
let wallMs: number;
let told: string[];
let watch: TrafficWatch;

beforeEach(() => {
  counters = { received: 100, sent: 100 };
  monotonicMs = 50_000;
  wallMs = 1_700_000_000_000;
  told = [];
  watch = new TrafficWatch(
    () => counters,
    { monotonicMs: () => monotonicMs, wallMs: () => wallMs },
    {
      onSilence: (sinceMs) => told.push(`silent since ${sinceMs}`),
      onReceived: () => told.push('received'),
      onClockJump: (jumpMs) => told.push(`jump ${jumpMs}`),
      onSent: () => told.push('sent'),
    },
  );
  watch.look();
});

/** One look later, with packets received and sent since the last. */
function pass({ received = 0, sent = 0 }, aheadMs = lookMs): void {
  monotonicMs += aheadMs;
  wallMs += aheadMs;
  if (counters !== undefined)
    counters = { received: counters.received + received, sent: counters.sent + sent };
  watch.look();
}

function withoutSent(): string[] {
  return told.filter((one) => one !== 'sent');
}

describe('packets that go out while none come in', () => {
  test('are a silence after 300 ms, told once, from when they began', () => {
    for (let look = 0; look < 10; look += 1) pass({ sent: 3 });
    expect(withoutSent()).toEqual(['silent since 50000']);
  });

  test('are none while something comes in with them', () => {
    for (let look = 0; look < 10; look += 1) pass({ sent: 3, received: 1 });
    expect(withoutSent()).toEqual([]);
  });

  test('are none when it was a single one, as a keepalive is', () => {
    pass({ sent: 1 });
    for (let look = 0; look < 10; look += 1) pass({});
    expect(withoutSent()).toEqual([]);
  });

  test('are told to have ended, and count anew after that', () => {
    for (let look = 0; look < 4; look += 1) pass({ sent: 1 });
    pass({ received: 1 });
    expect(withoutSent()).toEqual(['silent since 50000', 'received']);
    for (let look = 0; look < 4; look += 1) pass({ sent: 1 });
    expect(withoutSent()).toHaveLength(3);
  });
});

test('every look that saw packets go out is told, also while others come in', () => {
  pass({ sent: 1 });
  pass({ sent: 1, received: 1 });
  pass({ received: 1 });
  expect(told).toEqual(['sent', 'sent']);
});

test('an interface that is gone for a while is no silence', () => {
  pass({ sent: 1 });
  counters = undefined;
  for (let look = 0; look < 5; look += 1) pass({});
  counters = { received: 0, sent: 9 };
  pass({});
  expect(withoutSent()).toEqual([]);
});

describe('the wall clock', () => {
  test.each([
    ['forward, as after a sleep', 3_600_000],
    ['back', -3_600_000],
  ])('that was set %s is told once, and is no silence', (_, jumpMs) => {
    wallMs += jumpMs;
    pass({ sent: 1 });
    pass({ received: 1 });
    expect(withoutSent()).toEqual([`jump ${jumpMs}`]);
  });

  test('that drifts, or a timer that is late with both clocks, is no jump', () => {
    wallMs += 900;
    pass({});
    pass({}, 60_000);
    expect(told).toEqual([]);
  });
});
