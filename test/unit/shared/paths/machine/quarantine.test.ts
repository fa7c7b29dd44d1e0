import { describe, expect, test } from 'vitest';
import { isStranger } from '../../../../../shared/paths/machine/lan-trust.ts';
import { firstQuarantineMs } from '../../../../../shared/paths/machine/quarantine.ts';
import { trustedAfterMs } from '../../../../../shared/paths/machine/trusted-endpoints.ts';
import { networkIdentity } from '../../../../../shared/paths/network-identity.ts';
import type { DiscoveryTarget } from '../../../../../shared/paths/probe-target.ts';
import { atHome, eth0, internet, lan, MachineRun } from '../../../support/machine-run.ts';

const broadcast: DiscoveryTarget = { kind: 'broadcast', host: '192.0.2.255', interfaceName: 'eth0' };
const relay = '192.0.2.66:51820';

function network(mac: string) {
  const identity = networkIdentity(mac);
  if (identity === null) throw new Error(`${mac} is no gateway's`);
  return { eth0: identity };
}
const cafe = '02:00:00:00:00:02';
const hotel = '02:00:00:00:00:03';

function look(run: MachineRun, mac: string | null): void {
  const networks = mac === null ? {} : network(mac);
  const routes = { ...atHome, '192.0.2.66': eth0 };
  run.send({ type: 'network', routes, discovery: [broadcast], networks });
}

function failMove(run: MachineRun): void {
  const { phase } = run.state;
  if (phase.is !== 'moving') throw new Error(`the phase is ${phase.is}`);
  const outcome = {
    moved: false,
    reason: 'no answer through the tunnel on the new path',
    reverted: true,
  } as const;
  run.send({ type: 'move-ended', effect: phase.effect, outcome });
}

/** A relay's answer takes the internet's round trip, and the LAN's on top. */
const relayedMs = 31;

/** In a network where the LAN address named by the invite answers probes but carries nothing else. */
function lured(mac: string | null, lanMs = relayedMs): MachineRun {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: internet });
  look(run, mac);
  run.answer(internet, 30);
  run.answer(lan, lanMs);
  failMove(run);
  return run;
}

function arriveAgain(run: MachineRun, mac: string | null): number {
  const before = run.all('move').length;
  run.send({ type: 'network-changed', removed: { devices: ['eth0'], addresses: [] } });
  look(run, mac);
  const { phase } = run.state;
  if (phase.is === 'reapplying') run.send({ type: 'reapplied', effect: phase.effect });
  run.answer(internet, 30);
  run.answer(lan, relayedMs);
  return run.all('move').length - before;
}

describe('a LAN on which a move failed though the internet worked', () => {
  test('is not tried again in that network for five minutes, whatever happens to the link', () => {
    const run = lured(cafe);
    expect(run.recorded.at(-1)).toMatch(/went back; this LAN is quarantined for 5 min/);
    expect(arriveAgain(run, cafe)).toBe(0);
    run.pass(firstQuarantineMs - 1_000);
    expect(arriveAgain(run, cafe)).toBe(0);
    run.pass(1_000);
    expect(arriveAgain(run, cafe)).toBe(1);
  });

  test('is free in another network at once, and while the network is not known counts as the same', () => {
    const run = lured(cafe);
    expect(arriveAgain(run, null)).toBe(0);
    expect(arriveAgain(run, hotel)).toBe(1);
  });

  test('waits twice as long after each further failure', () => {
    const run = lured(cafe);
    run.pass(firstQuarantineMs);
    expect(arriveAgain(run, cafe)).toBe(1);
    failMove(run);
    expect(run.state.quarantines[0]).toMatchObject({
      failures: 2,
      untilMs: run.nowMs + 2 * firstQuarantineMs,
    });
  });

  test.each([
    ['answers faster than a detour could', 1],
    ['is clearly nearer than the internet', 12],
  ])('is not quarantined when it %s: the controller is on this site', (_why, lanMs) => {
    const run = lured(cafe, lanMs);
    expect(run.state.quarantines).toEqual([]);
    run.pass(11_000);
    run.answer(lan, lanMs);
    expect(run.last('move').order.to).toBe(lan);
  });

  test('is still used when nothing else works', () => {
    const run = lured(cafe);
    run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
    run.answer(lan, 1);
    run.answer(internet, { verdict: 'unanswered', reason: 'no answer' });
    expect(run.last('move').order.to).toBe(lan);
  });
});

function raise(): never {
  throw new Error('the candidate is gone');
}

/** The internet is known, and a host answers the broadcast from another address. */
function discovered(strangerMs: number): MachineRun {
  const run = new MachineRun([{ endpoint: internet, path: 'internet', source: 'invite' }]);
  run.send({ type: 'started', endpoint: internet });
  look(run, cafe);
  run.answer(internet, 30);
  const { round } = run.state;
  if (round.is !== 'running') throw new Error('no round is under way');
  const index = round.targets.findIndex(({ kind }) => kind === 'broadcast');
  const from = { host: '192.0.2.66', port: 51_820 };
  run.send({
    type: 'probed',
    round: round.round,
    index,
    outcome: { verdict: 'verified', from, roundTripMs: strangerMs },
  });
  return run;
}

describe('an address that answered a broadcast', () => {
  test('is not moved to when it is as far away as the internet', () => {
    expect(discovered(30.8).all('move')).toEqual([]);
  });

  test('that is nearer is known in that network once settled times have shown it, and only there', () => {
    const run = discovered(1);
    run.endMove();
    const { to } = run.last('move').order;
    const inUse = () => run.state.candidates.find(({ endpoint }) => endpoint === to);
    for (let round = 0; round < 20; round += 1) {
      expect(inUse() === undefined || !isStranger(run.state, inUse() ?? raise())).toBe(false);
      run.pass(8_000);
      run.answerRound({ [relay]: 1, [internet]: 30 });
    }
    run.send({ type: 'interface-read', endpoint: to, handshakeAgeMs: 1_000 });
    expect(isStranger(run.state, inUse() ?? raise())).toBe(false);
    look(run, hotel);
    expect(isStranger(run.state, inUse() ?? raise())).toBe(true);
  });

  test('that is all there is, is known after ten minutes', () => {
    const run = discovered(1);
    run.endMove();
    const { to } = run.last('move').order;
    const isKnown = () => run.state.trustedEndpoints.length > 0;
    for (let passedMs = 0; passedMs < trustedAfterMs; passedMs += 30_000) {
      run.send({ type: 'interface-read', endpoint: to, handshakeAgeMs: 1_000 });
      run.pass(30_000);
      run.answerRound({ [relay]: 1 });
      expect(isKnown()).toBe(false);
    }
    run.send({ type: 'interface-read', endpoint: to, handshakeAgeMs: 1_000 });
    expect(isKnown()).toBe(true);
  });

  test('that falls silent while the internet works is not moved to again there', () => {
    const run = discovered(1);
    run.endMove();
    run.pass(1_000);
    run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
    run.answerRound({ [internet]: 30 });
    expect(run.last('move').order.to).toBe(internet);
    run.send({ type: 'received', afterMs: run.nowMs });
    run.endMove();
    expect(run.state.quarantines).toHaveLength(1);
  });
});
