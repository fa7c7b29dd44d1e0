import fc from 'fast-check';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import type { KnownController } from './laptop/laptop.ts';
import { type Life, maxChangeMs } from './life.ts';
import { fairWeather } from './world/endpoint-changes.ts';
import { goodQuality } from './world/network.ts';
import type { SiteStart, WorldChange, WorldStart } from './world/world.ts';

/** Random lives. Simpler values come first, so that a failing life shrinks towards them. */

const otherLanHosts = ['192.0.2.77', '192.0.2.78'] as const;
const otherPublicHost = '198.51.100.22';

interface Member {
  readonly site: SiteStart;
  readonly known: KnownController;
}

const nas: fc.Arbitrary<Member> = fc
  .record({
    hasLanEndpoint: fc.boolean().map((isNot) => !isNot),
    hasPublicEndpoint: fc.integer({ min: 0, max: 5 }).map((one) => one < 5),
    isNamed: fc.boolean(),
    knowsProbeKey: fc.integer({ min: 0, max: 6 }).map((one) => one < 6),
    hasLinkLocal: fc.boolean(),
    hasTunnelAddress: fc.integer({ min: 0, max: 3 }).map((one) => one < 3),
  })
  .map(({ hasLanEndpoint, hasPublicEndpoint, isNamed, knowsProbeKey, hasLinkLocal, hasTunnelAddress }) => ({
    site: {
      name: 'nas',
      lanHost: at.private.nas,
      linkLocalHost: hasLinkLocal ? 'fe80::10' : null,
      publicHost: hasPublicEndpoint ? at.internet.home : null,
    },
    known: {
      privateHosts: hasLanEndpoint || !hasPublicEndpoint ? [at.private.nas] : [],
      publicHosts: hasPublicEndpoint ? [at.internet.home] : [],
      isNamed,
      knowsProbeKey,
      hasTunnelAddress,
    },
  }));

const answers = { isNamed: false, knowsProbeKey: true, hasTunnelAddress: true };

const vps: Member = {
  site: { name: 'vps', lanHost: null, linkLocalHost: null, publicHost: at.dataCentre.vps },
  known: { privateHosts: [], publicHosts: [at.dataCentre.vps], ...answers },
};

/** Another controller at home, unreachable from the internet. */
const desk: Member = {
  site: { name: 'desk', lanHost: at.private.desk, linkLocalHost: null, publicHost: null },
  known: { privateHosts: [at.private.desk], publicHosts: [], ...answers },
};

const members: fc.Arbitrary<readonly Member[]> = fc
  .tuple(nas, fc.constantFrom<readonly Member[]>([], [], [], [vps], [vps], [vps, desk]))
  .map(([first, others]) => [first, ...others]);

const place = fc.constantFrom('home' as const, 'cafe' as const, 'hotel' as const, 'nowhere' as const);
const loss = fc.constantFrom('none' as const, 'both' as const, 'outward' as const, 'inward' as const);
const stretch = fc.constantFrom('lan' as const, 'cable' as const, 'uplink' as const, 'modem' as const);
const talk = fc.constantFrom(
  'answered' as const,
  'answered' as const,
  'answered' as const,
  'none' as const,
  'unanswered' as const,
);
const quality = fc.constantFrom(
  goodQuality,
  goodQuality,
  { lossShare: 0.02, jitterMs: 100, bloatMs: 0 },
  { lossShare: 0, jitterMs: 20, bloatMs: 800 },
  { lossShare: 0.2, jitterMs: 10, bloatMs: 0 },
);
const weather = fc.constantFrom(
  fairWeather,
  { ...fairWeather, failShare: 1 },
  { ...fairWeather, failShare: 0.3 },
  { ...fairWeather, slowShare: 0.5, slowMs: 3_000 },
  { ...fairWeather, isGuarded: false },
);
const relay = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      at: fc.constantFrom('own-address' as const, 'address-of-nas' as const),
      carries: fc.constantFrom('all' as const, 'handshakes' as const),
    }),
  },
);
const site = fc.nat(2);
const isOn = fc.boolean();
const rarely = fc.integer({ min: 0, max: 3 }).map((one) => one === 3);
const downMs = fc.oneof(fc.nat(400), fc.nat(maxChangeMs - 1_000));
const sleepMs = fc.constantFrom(5_000, 100_000, 200_000, 8 * 3_600_000);

const change: fc.Arbitrary<WorldChange> = fc.oneof(
  { weight: 8, arbitrary: place.map((to): WorldChange => ({ do: 'go', place: to })) },
  { weight: 2, arbitrary: fc.nat(2_000).map((pauseMs): WorldChange => ({ do: 'replug', pauseMs })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(stretch, loss)
      .map(([of, lost]): WorldChange => ({ do: 'lose', stretch: of, loss: lost })),
  },
  { weight: 3, arbitrary: isOn.map((on): WorldChange => ({ do: 'modem', isOn: on })) },
  { weight: 2, arbitrary: isOn.map((on): WorldChange => ({ do: 'vpn', isOn: on })) },
  { weight: 2, arbitrary: isOn.map((on): WorldChange => ({ do: 'portal', isClosed: on })) },
  { weight: 1, arbitrary: isOn.map((on): WorldChange => ({ do: 'home-uplink', isUp: on })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(site, downMs)
      .map(([of, ms]): WorldChange => ({ do: 'restart', site: of, downMs: ms })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(site, isOn).map(([of, isUp]): WorldChange => ({ do: 'controller', site: of, isUp })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(at.private.nas, ...otherLanHosts)
      .map((host): WorldChange => ({ do: 'readdress', site: 0, host })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(at.internet.home, otherPublicHost)
      .map((host): WorldChange => ({ do: 'new-public-host', host })),
  },
  { weight: 1, arbitrary: sleepMs.map((forMs): WorldChange => ({ do: 'sleep', forMs })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(-86_400_000, -3_600_000, 3_600_000)
      .map((byMs): WorldChange => ({ do: 'set-clock', byMs })),
  },
  { weight: 1, arbitrary: talk.map((of): WorldChange => ({ do: 'talk', talk: of })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('lan' as const, 'internet' as const), quality)
      .map(([of, one]): WorldChange => ({ do: 'quality', of, quality: one })),
  },
  { weight: 2, arbitrary: weather.map((one): WorldChange => ({ do: 'weather', weather: one })) },
  { weight: 1, arbitrary: fc.constant<WorldChange>({ do: 'unrelated-event' }) },
  { weight: 1, arbitrary: fc.constant<WorldChange>({ do: 'false-silence' }) },
  { weight: 1, arbitrary: fc.constant<WorldChange>({ do: 'request' }) },
  { weight: 1, arbitrary: downMs.map((ms): WorldChange => ({ do: 'restart-helper', downMs: ms })) },
);

/** Half of the changes come while the previous one is still being handled. */
const afterMs = fc.oneof(fc.nat(30), fc.nat(400), fc.nat(3_000), fc.nat(20_000));

const start: fc.Arbitrary<Omit<WorldStart, 'sites'>> = fc.record({
  seed: fc.nat(),
  roundTrips: fc.constantFrom(
    { lan: 0.8, hairpin: 1.2, internet: 41, modem: 60, vpnDetour: 15 },
    { lan: 2.5, hairpin: 3, internet: 160, modem: 300, vpnDetour: 40 },
  ),
  place,
  modem: isOn,
  hairpin: isOn,
  talk,
  packetMs: fc.constantFrom(20, 200, 1_000),
  peerTalks: isOn,
  countsAll: isOn,
  relay,
  hostFirewall: rarely,
  isGatewayUnknown: isOn,
});

export const arbitraryLife: fc.Arbitrary<Life> = fc
  .record({
    start,
    members,
    discovery: isOn.map((isOff) => !isOff),
    changes: fc.array(fc.record({ afterMs, change }), { minLength: 1, maxLength: 12 }),
  })
  .map(({ start: begin, members: all, discovery, changes }) => ({
    start: { ...begin, sites: all.map((item) => item.site) },
    known: all.map((item) => item.known),
    discovery,
    changes,
  }));
