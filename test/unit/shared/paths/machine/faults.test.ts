import { expect, test } from 'vitest';
import { internet, lan, MachineRun, onModem } from '../../../support/machine-run.ts';

/** Faults of the engine before the state machine, each found by simulation. */

const losses = { devices: ['eth0'], addresses: ['192.0.2.50'] };

test('an endpoint that cannot be set while nothing works is tried again after a while, and recorded once', () => {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: lan });
  run.send({ type: 'network', routes: onModem, discovery: [] });
  // 258 attempts, 257 rounds and 258 entries in 2 s, before.
  for (let time = 0; time < 400; time += 1) {
    const { phase } = run.state;
    if ('effect' in phase) run.send({ type: 'effect-failed', effect: phase.effect, error: 'no such device' });
    run.answerRound({});
    run.pass(5);
  }
  expect(run.all('set').length + run.all('move').length).toBeLessThanOrEqual(3);
  expect(run.all('probe').length).toBeLessThanOrEqual(5);
  expect(run.recorded.filter((text) => text.startsWith('trouble'))).toHaveLength(1);
  expect(run.state.reachability.is).toBe('unreachable');
});

test('an endpoint whose route changes during a move is set again after the move, not during it', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(lan, 1);
  expect(run.state.phase.is).toBe('moving');
  const otherWay = {
    device: 'eth1',
    linkKind: 'lan',
    onLink: true,
    source: '192.0.2.51',
    usable: true,
  } as const;
  const during = run.send({ type: 'routes', routes: { ...onModem, '192.0.2.10': otherWay } });
  expect(during.filter((effect) => 'effect' in effect)).toEqual([]);
  expect(run.endMove()).toContainEqual(expect.objectContaining({ do: 'reapply', endpoint: lan }));
  expect(run.state.phase.is).toBe('reapplying');
});

test('a move that crashed goes back to a network that is gone, not to one that works', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(lan, 1);
  run.endMove();
  run.answerRound({ [lan]: 1, [internet]: 30 });
  run.pass(60_000);
  run.send({ type: 'network-changed', removed: losses });
  expect(run.state.phase).toEqual({ is: 'stranded', endpoint: lan });
  const ways = { '198.51.100.7': { source: '203.0.113.9', device: 'wwan0' } };
  run.send({ type: 'source-addresses', sources: ways, removed: losses });
  run.send({ type: 'effect-failed', effect: run.last('set').effect, error: 'no such device' });
  expect(run.state.phase).toEqual({ is: 'stranded', endpoint: lan });
});

test('a public endpoint over a point-to-point link, which has no gateway, is never a LAN', () => {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: internet });
  run.send({ type: 'network', routes: onModem, discovery: [] });
  run.answerRound({ [internet]: 30 });
  expect(run.state.candidates.find(({ endpoint }) => endpoint === internet)?.path).toBe('internet');
  expect(run.state.candidates.find(({ endpoint }) => endpoint === lan)?.usable).toBe(false);
});

test('an answer, an end or a failure that belongs to something earlier changes nothing', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(lan, 1);
  const before = run.state;
  run.send({ type: 'effect-failed', effect: 0, error: 'late' });
  run.send({ type: 'move-ended', effect: 0, outcome: { moved: true, tookMs: 1 } });
  run.send({ type: 'renegotiated', effect: 0 });
  run.send({ type: 'reapplied', effect: 0 });
  run.send({ type: 'probed', round: 0, index: 0, outcome: { verdict: 'unanswered', reason: 'late' } });
  run.send({ type: 'round-ended', round: 0 });
  expect(run.state).toEqual(before);
});
