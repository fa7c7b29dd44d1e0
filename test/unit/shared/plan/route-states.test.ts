import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../../../shared/addresses/cover.ts';
import { parseAddress, rangeOf } from '../../../../shared/addresses/range.ts';
import { type HostRoute, routeOverrides, routeStates } from '../../../../shared/plan/route-states.ts';

const lan = '192.168.1.0/24';
const planned = (range: string) => ({ range, source: undefined, controller: 'nas' });
const own = (range: string, more: Partial<HostRoute> = {}): HostRoute => ({
  range,
  device: 'eth0',
  isDead: false,
  ...more,
});
const hostOf = (...routes: HostRoute[]) => ({ routes, gateways: ['192.168.1.1'], resolvers: ['10.7.7.7'] });
const none = new Set<string>();

describe('a range', () => {
  test.each([
    ['is awake where the laptop has no route into it', [], 'awake'],
    ['is awake where only part of it is the laptop’s', [own('192.168.1.128/25')], 'awake'],
    ['sleeps in a network with the same addresses', [own(lan)], 'asleep'],
    ['sleeps in a network that holds it', [own('192.168.0.0/16')], 'asleep'],
    ['is awake while the link of that network has no carrier', [own(lan, { isDead: true })], 'awake'],
    ['sleeps while one of two links has a carrier', [own(lan, { isDead: true }), own(lan)], 'asleep'],
  ])('%s', (_, routes, state) => {
    expect(routeStates([planned(lan)], hostOf(...routes), none)).toMatchObject([{ range: lan, state }]);
  });

  test('names the routes that win in it', () => {
    const [state] = routeStates([planned('192.168.0.0/16')], hostOf(own(lan)), none);
    expect(state?.instead).toEqual([{ range: lan, device: 'eth0' }]);
  });

  test('is overridden only while it would sleep', () => {
    const taken = new Set([lan]);
    expect(routeStates([planned(lan)], hostOf(own(lan)), taken)).toMatchObject([{ state: 'taken-over' }]);
    expect(routeStates([planned(lan)], hostOf(), taken)).toMatchObject([{ state: 'awake' }]);
    expect(routeOverrides([planned(lan)], hostOf(), taken).over).toEqual([]);
  });
});

describe('the overrides', () => {
  test('are empty if nothing is overridden and every link has a carrier', () => {
    expect(routeOverrides([planned(lan)], hostOf(own(lan)), none)).toMatchObject({ over: [] });
  });

  test('take a range over, but not the gateway', () => {
    expect(routeOverrides([planned(lan)], hostOf(own(lan)), new Set([lan]))).toEqual({
      over: [lan],
      direct: ['192.168.1.1'],
    });
  });

  test('take what lies behind a link without carrier, and no more', () => {
    const routes = [own(lan, { isDead: true }), own('192.168.2.0/24')];
    expect(routeOverrides([planned('192.168.0.0/16')], hostOf(...routes), none).over).toEqual([lan]);
  });

  test('leave a name server that lies in a range to the host', () => {
    expect(routeOverrides([planned('10.0.0.0/8')], hostOf(), none).direct).toEqual(['10.7.7.7']);
  });
});

const range = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 12, max: 28 }))
  .map(([third, length]) => {
    const bits = (((third << 12) >>> (32 - length)) << (32 - length)) & 0xffff;
    return `10.0.${bits >>> 8}.${bits & 255}/${length < 16 ? 16 : length}`;
  });
const address = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
  .map(([a, b]) => `10.0.${a}.${b}`);

test('no override covers a live route of the host, a gateway or a name server, unless the user overrode its range', () => {
  const hostRoute = fc.record({ range, device: fc.constantFrom('eth0', 'wlan0'), isDead: fc.boolean() });
  const host = fc.record({
    routes: fc.array(hostRoute, { maxLength: 5 }),
    gateways: fc.array(address, { maxLength: 2 }),
    resolvers: fc.array(address, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(
      fc.array(range, { maxLength: 5 }),
      host,
      fc.array(range, { maxLength: 2 }),
      (ranges, routing, wishes) => {
        const { over, direct } = routeOverrides(ranges.map(planned), routing, new Set(wishes));
        for (const taken of over.map(rangeOf)) {
          expect(ranges.some((range) => holds(rangeOf(range), taken))).toBe(true);
          const live = routing.routes.filter(({ isDead }) => !isDead).map((one) => rangeOf(one.range));
          const wished = wishes.some((wish) => holds(rangeOf(wish), taken));
          if (!wished)
            expect(live.some((route) => route.first <= taken.last && taken.first <= route.last)).toBe(false);
        }
        for (const safe of [...routing.gateways, ...routing.resolvers]) {
          const parsed = parseAddress(safe);
          const captured = [...ranges, ...over].some(
            (one) => parsed !== undefined && holds(rangeOf(one), parsed),
          );
          expect(direct.includes(safe)).toBe(captured);
        }
      },
    ),
  );
});
