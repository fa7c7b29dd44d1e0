import { describe, expect, test } from 'vitest';
import type { DiscoveryTarget } from '../../../../../shared/paths/probe-target.ts';
import { atHome, internet, MachineRun } from '../../../support/machine-run.ts';

const target = (kind: DiscoveryTarget['kind'], host: string): DiscoveryTarget => {
  return { kind, host, interfaceName: 'eth0' };
};
const broadcast = target('broadcast', '192.0.2.255');
const router = target('neighbour', '192.0.2.1');
const printer = target('neighbour', '192.0.2.9');
const remembered = target('remembered', '192.0.2.77');
const routes = { ...atHome, '192.0.2.77': atHome['192.0.2.10'] };

/** In a LAN with an internet path in use, and no named LAN address; the round has begun. */
function arrived(discovery: readonly DiscoveryTarget[]): MachineRun {
  const run = new MachineRun([{ endpoint: internet, path: 'internet', source: 'invite' }]);
  run.send({ type: 'started', endpoint: internet });
  run.send({ type: 'network', routes, discovery });
  return run;
}

function asked(run: MachineRun): readonly string[] {
  return run.last('probe').targets.map(({ host }) => host);
}

/** The path in use answers, everything else is silent, and the round ends. */
function onlyInternetAnswers(run: MachineRun): void {
  run.answer(internet, 30);
  run.endRound();
}

describe('a controller whose address in this network is not known', () => {
  test('is looked for where it answered before, then by broadcast, then among the neighbours', () => {
    const run = arrived([remembered, broadcast, router]);
    expect(asked(run)).toEqual(['192.0.2.77', '192.0.2.255', '198.51.100.7', '192.0.2.1']);
  });

  test.each(['remembered', 'neighbour'] as const)('is found at an address that is %s', (kind) => {
    const run = arrived([target(kind, '192.0.2.77')]);
    const { round, targets } = run.last('probe');
    const index = targets.findIndex((one) => one.host === '192.0.2.77');
    const from = { host: '192.0.2.77', port: 51_820 };
    run.send({ type: 'probed', round, index, outcome: { verdict: 'verified', from, roundTripMs: 0.8 } });
    // It is nearer, which shows once the internet has answered too.
    run.answer(internet, 30);
    expect(run.last('move').order.to).toBe('192.0.2.77:51820');
    expect(run.recorded).toContainEqual(expect.stringMatching(/^found answered .* on this LAN in 0\.8 ms/));
  });

  test('is probed once as a candidate, not also as a neighbour', () => {
    const run = arrived([target('neighbour', '198.51.100.7'), broadcast]);
    expect(asked(run)).toEqual(['192.0.2.255', '198.51.100.7']);
  });
});

test('neighbours are probed in one round, remembered addresses and the LAN as a whole in every round', () => {
  const run = arrived([remembered, broadcast, router]);
  onlyInternetAnswers(run);
  run.pass(8_000);
  expect(asked(run)).toEqual(['192.0.2.77', '192.0.2.255', '198.51.100.7']);
});

test('neighbours of a round that was cut short are probed in the next', () => {
  const run = arrived([broadcast, router]);
  run.send({ type: 'silent', sinceMs: run.nowMs - 150, unanswered: 9 });
  expect(asked(run)).toContain('192.0.2.1');
});

describe('another reading of the neighbours', () => {
  test('gets a new neighbour probed in the next round, and starts no round', () => {
    const run = arrived([broadcast]);
    onlyInternetAnswers(run);
    expect(run.send({ type: 'nearby', discovery: [broadcast, router] })).toEqual([]);
    run.pass(8_000);
    expect(asked(run)).toContain('192.0.2.1');
  });

  test('during a round gets the new neighbours probed in the next, together with those that still wait', () => {
    const run = arrived([broadcast, router]);
    run.send({ type: 'nearby', discovery: [broadcast, printer] });
    onlyInternetAnswers(run);
    run.pass(8_000);
    expect(asked(run)).toContain('192.0.2.9');
    expect(asked(run)).not.toContain('192.0.2.1');
  });

  test('keeps the neighbours that no round has probed yet', () => {
    const run = arrived([broadcast]);
    onlyInternetAnswers(run);
    run.send({ type: 'nearby', discovery: [broadcast, router] });
    run.send({ type: 'nearby', discovery: [broadcast, printer] });
    run.pass(8_000);
    expect(asked(run)).toEqual(expect.arrayContaining(['192.0.2.1', '192.0.2.9']));
  });

  test('gets addresses that answered here before probed at once, when the network is recognised', () => {
    const run = arrived([broadcast]);
    onlyInternetAnswers(run);
    run.send({ type: 'nearby', discovery: [remembered, broadcast] });
    expect(asked(run)[0]).toBe('192.0.2.77');
    onlyInternetAnswers(run);
    expect(run.send({ type: 'nearby', discovery: [remembered, broadcast] })).toEqual([]);
  });

  test('sends nothing while the path in use is the one that was remembered', () => {
    const run = arrived([broadcast]);
    const { round } = run.last('probe');
    const from = { host: '192.0.2.77', port: 51_820 };
    run.send({ type: 'probed', round, index: 0, outcome: { verdict: 'verified', from, roundTripMs: 0.8 } });
    run.answer(internet, 30);
    run.endMove();
    run.endRound();
    expect(run.send({ type: 'nearby', discovery: [remembered, broadcast, router] })).toEqual([]);
  });
});
