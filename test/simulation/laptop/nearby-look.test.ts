import { expect, test } from 'vitest';
import { type Life, live } from '../life.ts';
import { shippedMachine } from '../lives.ts';

/** A firewall on the laptop drops the answers to broadcasts. */
function behindFirewall(changes: Life['changes']): readonly string[] {
  const life: Life = {
    start: {
      seed: 1,
      roundTrips: { lan: 0.8, hairpin: 1.2, internet: 41, modem: 60, vpnDetour: 15 },
      place: 'home',
      modem: true,
      hairpin: true,
      talk: 'answered',
      packetMs: 20,
      peerTalks: false,
      countsAll: false,
      hostFirewall: true,
      isGatewayUnknown: true,
      sites: [{ name: 'nas', lanHost: '192.0.2.77', linkLocalHost: null, publicHost: '198.51.100.2' }],
    },
    known: [
      {
        privateHosts: ['192.0.2.10'],
        publicHosts: ['198.51.100.2'],
        isNamed: false,
        knowsProbeKey: true,
        hasTunnelAddress: true,
      },
    ],
    discovery: true,
    changes,
  };
  return live(life, shippedMachine).decisions.flatMap(({ decision }) =>
    decision.kind === 'found' && decision.to !== undefined ? [decision.reason] : [],
  );
}

const later = (afterMs: number, place: 'home' | 'nowhere') =>
  ({ afterMs, change: { do: 'go', place } }) as const;

test('behind a firewall a controller is found among the neighbours, and at once where it was found before', () => {
  expect(behindFirewall([later(20_000, 'nowhere')])).toEqual([expect.stringMatching(/neighbour/)]);
  expect(behindFirewall([later(20_000, 'nowhere'), later(5_000, 'home')])).toEqual([
    expect.stringMatching(/neighbour/),
    expect.stringMatching(/before/),
  ]);
});
