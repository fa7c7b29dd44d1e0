import { beforeEach, describe, expect, test } from 'vitest';
import {
  initialWatch,
  type PacketCounters,
  stepWatch,
  type WatchState,
  watchWakeAtMs,
} from '../../../../../shared/paths/machine/traffic-watch.ts';

const lookMs = 75;

let counters: PacketCounters | null;
let nowMs: number;
let wallMs: number;
let heard: string[];
let state: WatchState;
let roundTripMs: number;

beforeEach(() => {
  counters = { received: 100, sent: 100 };
  nowMs = 50_000;
  wallMs = 1_700_000_000_000;
  heard = [];
  roundTripMs = 0;
  state = initialWatch(counters, wallMs, nowMs);
});

interface Passed {
  readonly received?: number;
  readonly sent?: number;
  /** Of the received packets, where the interface counts WireGuard's messages. */
  readonly bytes?: number;
}

/** One reading later, with packets received and sent since the last. */
function pass({ received = 0, sent = 0, bytes }: Passed, aheadMs = lookMs): void {
  nowMs += aheadMs;
  wallMs += aheadMs;
  if (counters !== null)
    counters = {
      received: counters.received + received,
      sent: counters.sent + sent,
      ...(bytes === undefined ? {} : { receivedMessageBytes: (counters.receivedMessageBytes ?? 0) + bytes }),
    };
  const [next, reports] = stepWatch(state, counters, wallMs, roundTripMs, nowMs);
  state = next;
  heard.push(
    ...reports.map((report) =>
      report.report === 'silent' ? `silent since ${report.sinceMs}` : report.report,
    ),
  );
}

function traffic(): string[] {
  return heard.filter((report) => report !== 'controllers-due' && report !== 'read-due');
}

describe('packets sent while none are received', () => {
  test('are a silence after 150 ms, from when they began', () => {
    for (let look = 0; look < 10; look += 1) pass({ sent: 3 });
    expect(traffic()).toEqual(['silent since 50000']);
  });

  test('are reported again after 10 s while they go out, and not after that', () => {
    for (let look = 0; look < 200; look += 1) pass({ sent: 3 });
    expect(traffic()).toHaveLength(2);
    for (let look = 0; look < 200; look += 1) pass({});
    expect(traffic()).toHaveLength(2);
  });

  test('are a silence after two round trips of a slow path', () => {
    roundTripMs = 300;
    for (let look = 0; look < 7; look += 1) pass({ sent: 3 });
    expect(traffic()).toEqual([]);
    pass({ sent: 3 });
    expect(traffic()).toEqual(['silent since 50000']);
  });

  test('are no silence while something is received', () => {
    for (let look = 0; look < 10; look += 1) pass({ sent: 3, received: 1 });
    expect(traffic()).toEqual([]);
  });

  test('are a silence although the kernel counts an initiation of the controller', () => {
    pass({ sent: 3, received: 1, bytes: 5_000 });
    pass({ sent: 3, bytes: 0 });
    pass({ sent: 3, received: 1, bytes: 148 });
    pass({ sent: 3, bytes: 0 });
    expect(traffic()).toEqual(['silent since 50075']);
    pass({ sent: 3, received: 1, bytes: 148 });
    expect(traffic()).toHaveLength(1);
    pass({ sent: 3, received: 1, bytes: 92 });
    expect(traffic()).toEqual(['silent since 50075', 'received']);
  });

  test('are no silence when there was only one, such as a keepalive', () => {
    pass({ sent: 1 });
    for (let look = 0; look < 10; look += 1) pass({});
    expect(traffic()).toEqual([]);
  });

  test('are no silence when they are keepalives, which the kernel counts but which are never answered', () => {
    for (let keepalive = 0; keepalive < 40; keepalive += 1) {
      pass({ sent: 1 });
      for (let passed = 0; passed < 25_000; passed += 600) pass({}, 600);
    }
    expect(traffic()).toEqual([]);
  });

  test('are a silence when they are a handshake that is repeated', () => {
    pass({ sent: 1 });
    pass({}, 4_925);
    pass({ sent: 1 });
    expect(traffic()).toEqual(['silent since 50000']);
  });

  test('are reported to have ended, and count again after that', () => {
    for (let look = 0; look < 4; look += 1) pass({ sent: 1 });
    pass({ received: 1 });
    expect(traffic()).toEqual(['silent since 50000', 'received']);
    for (let look = 0; look < 4; look += 1) pass({ sent: 1 });
    expect(traffic()).toHaveLength(3);
  });
});

test('the counters of each controller are due once a second while packets go out', () => {
  for (let look = 0; look < 40; look += 1) pass({ sent: 1, received: 1 });
  for (let look = 0; look < 40; look += 1) pass({ received: 1 });
  expect(heard.filter((report) => report === 'controllers-due')).toHaveLength(2);
});

test('a silence is checked again 150 ms later, controller by controller', () => {
  for (let look = 0; look < 4; look += 1) pass({ sent: 3 });
  expect(heard).toEqual(['silent since 50000', 'controllers-due']);
  for (let look = 0; look < 4; look += 1) pass({ sent: 3, received: 1 });
  expect(heard).toEqual(['silent since 50000', 'controllers-due', 'received']);
});

test('the interface is read every 30 s, whatever happens', () => {
  for (let passed = 0; passed < 95_000; passed += 600) pass({}, 600);
  expect(heard).toEqual(['read-due', 'read-due', 'read-due']);
});

test('while nothing goes out the looks are far apart, and close again with the first packet', () => {
  const waitMs = () => watchWakeAtMs(state) - nowMs;
  for (let look = 0; look < 14; look += 1) pass({});
  expect(waitMs()).toBe(600);
  pass({ sent: 1 });
  expect(waitMs()).toBe(lookMs);
});

describe('after 20 s without traffic the readings are 1.5 s apart', () => {
  const waitMs = () => watchWakeAtMs(state) - nowMs;
  const rest = () => {
    for (let passed = 0; passed < 21_000; passed += waitMs()) pass({}, waitMs());
  };

  test('at most 45 a minute, keepalives included', () => {
    rest();
    let readings = 0;
    const endMs = nowMs + 600_000;
    let keepaliveAtMs = nowMs;
    while (nowMs < endMs) {
      const isDue = nowMs >= keepaliveAtMs;
      if (isDue) keepaliveAtMs += 25_000;
      pass({ sent: isDue ? 1 : 0 }, waitMs());
      readings += 1;
    }
    expect(readings / 10).toBeLessThanOrEqual(45);
    expect(traffic()).toEqual([]);
  });

  test('and close again with two packets, whether in one reading or in two', () => {
    rest();
    expect(waitMs()).toBe(1_500);
    pass({ sent: 2 }, 1_500);
    expect(waitMs()).toBe(lookMs);
    rest();
    pass({ sent: 1 }, 1_500);
    expect(waitMs()).toBe(600);
    pass({ sent: 1 }, 600);
    expect(waitMs()).toBe(lookMs);
  });

  test('a path that is silent when traffic begins is reported 150 ms after the first reading', () => {
    rest();
    pass({ sent: 10 }, 1_500);
    const firstMs = nowMs;
    while (traffic().length === 0 && nowMs < firstMs + 5_000) pass({ sent: 1 }, waitMs());
    expect(nowMs - firstMs).toBeLessThanOrEqual(150);
  });
});

test('an interface that is gone for a while is no silence', () => {
  pass({ sent: 1 });
  counters = null;
  for (let look = 0; look < 5; look += 1) pass({});
  counters = { received: 0, sent: 9 };
  pass({});
  expect(traffic()).toEqual([]);
});

describe('the wall clock', () => {
  test.each([
    ['forward, as after a sleep', 3_600_000],
    ['back', -3_600_000],
  ])('that was set %s is reported once, and is no silence', (_, jumpMs) => {
    wallMs += jumpMs;
    pass({ sent: 1 });
    pass({ received: 1 });
    expect(traffic()).toEqual(['clock-jumped']);
  });

  test('that drifts, or a timer that is late with both clocks, is no jump', () => {
    wallMs += 900;
    pass({});
    pass({}, 60_000);
    expect(traffic()).toEqual([]);
  });
});

test('packets of the controller’s programs that arrive while answers are missing are reported once', () => {
  for (let look = 0; look < 60; look += 1) pass({ sent: 4, received: 4 });
  for (let look = 0; look < 60; look += 1) pass({ sent: 4, received: 2 });
  expect(traffic()).toEqual(['fewer-answers']);
});
