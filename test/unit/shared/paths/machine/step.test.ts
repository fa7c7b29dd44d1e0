import { describe, expect, test } from 'vitest';
import { endpointIn } from '../../../../../shared/paths/machine/state.ts';
import { step, wakeAtMs } from '../../../../../shared/paths/machine/step.ts';
import { eth0, internet, lan, MachineRun, onModem } from '../../../support/machine-run.ts';

/** At home over the LAN, everything quiet. */
function home(): MachineRun {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(lan, 1);
  run.endMove();
  run.answer(internet, 30);
  run.endRound();
  return run;
}

describe('a path', () => {
  test('moves to the LAN as soon as it answers, and then sends nothing', () => {
    const run = home();
    expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
    expect(run.recorded[0]).toMatch(/^moved answered on your LAN in 1.0 ms/);
    expect(wakeAtMs(run.state)).toBeNull();
  });

  test('whose link is gone is left without a probe, and tested afterwards', () => {
    const run = home();
    run.pass(60_000);
    const losses = { devices: ['eth0'], addresses: [] };
    const asked = run.send({ type: 'network-changed', removed: losses });
    expect(asked).toMatchObject([
      { do: 'look-up', what: 'source-addresses', hosts: ['198.51.100.7'] },
      { do: 'look-up', what: 'routes' },
    ]);
    const ways = { '198.51.100.7': { source: '203.0.113.9', device: 'wwan0' } };
    expect(run.send({ type: 'source-addresses', sources: ways, removed: losses })).toMatchObject([
      { do: 'set', order: { to: internet } },
    ]);
    run.endMove();
    expect(endpointIn(run.state.phase)).toBe(internet);
    run.send({ type: 'routes', routes: onModem });
    expect(run.last('probe').targets).toMatchObject([{ host: '198.51.100.7' }]);
  });

  test('is probed again at the end of a burst of changes, however long it lasts', () => {
    const run = home();
    const probes = () => run.all('look-up').filter(({ what }) => what === 'network').length;
    const before = probes();
    for (let time = 0; time < 10; time += 1) {
      run.send({ type: 'network-changed', removed: { devices: [], addresses: [] } });
      run.pass(50);
    }
    run.pass(300);
    expect(probes() - before).toBe(2);
  });

  test('is probed again when the network became usable, without waiting for the end of the burst', () => {
    const run = new MachineRun();
    run.send({ type: 'started', endpoint: internet });
    run.send({ type: 'network', routes: onModem, discovery: [] });
    run.answerRound({ [internet]: 30 });
    run.send({ type: 'network-changed', removed: { devices: [], addresses: [] } });
    run.send({ type: 'routes', routes: { ...onModem, '192.0.2.10': eth0 } });
    expect(run.last('probe').targets[0]).toMatchObject({ host: '192.0.2.10' });
    expect(run.answer(lan, 1)).toMatchObject([
      { do: 'move', order: { from: internet, to: lan, device: 'eth0' } },
    ]);
  });
});

test('the state and every event are plain JSON', () => {
  const run = home();
  expect(JSON.parse(JSON.stringify(run.state))).toEqual(run.state);
});

test('a machine that has stopped does nothing any more', () => {
  const run = home();
  run.send({ type: 'network-changed', removed: { devices: ['eth0'], addresses: [] } });
  run.send({ type: 'stopped' });
  const [stopped, effects] = step(run.state, { type: 'silent', sinceMs: 0 }, run.nowMs);
  expect([stopped.phase.is, effects, wakeAtMs(stopped)]).toEqual(['stopped', [], null]);
});

test('a round that asks where no route leads any more is made again without that', () => {
  const run = new MachineRun();
  run.startAtHome();
  const before = run.last('probe');
  run.send({ type: 'routes', routes: onModem });
  expect(run.all('cancel-probe')).toMatchObject([{ round: before.round }]);
  expect(run.last('probe').targets).toMatchObject([{ host: '198.51.100.7' }]);
});

test('a few packets without an answer take four lost probes to leave a path, many take two', () => {
  for (const [unanswered, attempts] of [
    [2, 4],
    [20, 2],
  ] as const) {
    const run = home();
    run.pass(60_000);
    run.send({ type: 'silent', sinceMs: run.nowMs - 150, unanswered });
    expect(run.last('probe').timing.attempts).toBe(attempts);
  }
});
