import { describe, expect, test } from 'vitest';
import { parseLiveEndpoint } from '../../../../../shared/endpoints/endpoint.ts';
import { firstQuarantineMs } from '../../../../../shared/paths/machine/quarantine.ts';
import { wakeAtMs } from '../../../../../shared/paths/machine/step.ts';
import { atHome, eth0, gateway, internet, lan, MachineRun } from '../../../support/machine-run.ts';

/** Faults of the machine found by lives in test/simulation, each shrunk. */

const silent = { verdict: 'unanswered', reason: 'no answer' } as const;
const elsewhere = parseLiveEndpoint('192.0.2.77:51820', 'test');
const otherInternet = parseLiveEndpoint('198.51.100.8:51820', 'test');

function failMove(run: MachineRun): ReturnType<MachineRun['send']> {
  const { effect } = run.last('move');
  const outcome = {
    moved: false,
    reason: 'no answer through the tunnel on the new path',
    reverted: true,
  } as const;
  return run.send({ type: 'move-ended', effect, outcome });
}

/** Away from home, with only an internet path. */
function startAway(): MachineRun {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: internet });
  run.send({ type: 'network', routes: { '198.51.100.7': atHome['198.51.100.7'] }, discovery: [] });
  return run;
}

/** On an internet path that falls silent, with a LAN that answers probes: the move there is in progress. */
function leavingASilentInternet(): MachineRun {
  const run = new MachineRun();
  run.startAtHome();
  run.answerRound({ [internet]: 30 });
  run.pass(20_000);
  run.answerRound({ [internet]: 30 });
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  run.answer(lan, 1);
  expect(run.last('move').order).toMatchObject({ from: internet, to: lan, renegotiate: false });
  return run;
}

describe('a controller that forgot the session while the path in use is dead', () => {
  test('an answer from where a move goes to leaves the path that it leaves as silent as it was', () => {
    const run = leavingASilentInternet();
    run.send({ type: 'network', routes: atHome, discovery: [] });
    run.answer(lan, 1);
    const { phase } = run.state;
    expect(phase).toMatchObject({ is: 'moving', from: { endpoint: internet, silentSinceMs: 19_700 } });
  });

  test('the next move there asks for another session', () => {
    const run = leavingASilentInternet();
    run.answer(internet, silent);
    failMove(run);
    expect(run.last('move').order).toMatchObject({ to: lan, renegotiate: true });
  });

  test('a path that answers probes is not robbed of its session more than once', () => {
    const run = new MachineRun();
    run.startAtHome();
    const orders: boolean[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      run.send({ type: 'network', routes: atHome, discovery: [] });
      run.answer(internet, 30);
      run.answer(lan, 1);
      orders.push(run.last('move').order.renegotiate);
      failMove(run);
      // Until the quarantine of the LAN is over.
      run.pass(firstQuarantineMs * 2 ** attempt);
    }
    expect(orders).toEqual([false, true, false]);
  });
});

describe('the endpoint that WireGuard follows by itself', () => {
  function followed(): MachineRun {
    const run = new MachineRun();
    run.startAtHome(lan);
    run.answerRound({ [lan]: 1 });
    run.send({ type: 'interface-read', endpoint: elsewhere, handshakeAgeMs: 1_000 });
    return run;
  }

  test('is a decision in the timeline', () => {
    expect(
      followed()
        .all('record')
        .map(({ decision }) => decision),
    ).toContainEqual(expect.objectContaining({ kind: 'moved', from: lan, to: elsewhere }));
  });

  test('was chosen by WireGuard: the LAN that it left is probed at once', () => {
    const run = new MachineRun();
    run.startAtHome(lan);
    run.answerRound({ [lan]: 1, [internet]: 30 });
    expect(wakeAtMs(run.state)).toBeNull();
    run.pass(20_000);
    // A packet that was in flight during the move to the LAN.
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 1_000 });
    run.answer(lan, 1);
    expect(run.last('move').order).toMatchObject({ from: internet, to: lan });
  });

  test('is looked up, so that it does not count as unreachable indefinitely', () => {
    const run = followed();
    expect(run.effects).toContainEqual({ do: 'look-up', what: 'routes' });
    const route = atHome['192.0.2.10'];
    run.send({ type: 'routes', routes: { ...atHome, '192.0.2.77': route } });
    expect(run.state.candidates.find(({ endpoint }) => endpoint === elsewhere)).toMatchObject({
      path: 'lan',
      usable: true,
    });
  });
});

describe('a silence', () => {
  test('that a probe explained is reported by the counters once in 10 s, not each second', () => {
    const run = new MachineRun();
    run.startAtHome(lan);
    run.answerRound({ [lan]: 1 });
    const before = run.all('probe').length;
    for (let second = 1; second <= 30; second += 1) {
      run.pass(1_000);
      run.send({ type: 'counters', receivedBytes: 0, sentBytes: second * 1_000 });
      run.answerRound({ [lan]: 1 });
    }
    const rounds = run.all('probe').length - before;
    expect(rounds).toBeGreaterThanOrEqual(2);
    expect(rounds).toBeLessThanOrEqual(4);
  });

  test('ends with a session that began after it, also where no probe is answered and nothing is sent', () => {
    const run = startAway();
    run.send({ type: 'silent', sinceMs: 0 });
    run.answerRound({});
    run.answerTunnel('silent');
    run.answerTunnel('silent');
    expect(run.state.reachability.is).toBe('unreachable');
    run.pass(60_000);
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 10_000 });
    expect(run.state.phase).toMatchObject({ silentSinceMs: null });
    expect(run.state.reachability.is).toBe('reachable');
  });

  test('does not end with a handshake that was in progress when it began', () => {
    const run = new MachineRun();
    run.startAtHome();
    run.send({ type: 'silent', sinceMs: 0 });
    run.pass(30_000);
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: 29_950 });
    expect(run.state.phase).toMatchObject({ silentSinceMs: 0 });
  });

  test('is assumed where there never was a session', () => {
    const run = new MachineRun();
    run.startAtHome();
    run.answerRound({ [internet]: 30 });
    run.pass(30_000);
    run.send({ type: 'interface-read', endpoint: internet, handshakeAgeMs: null });
    expect(run.state.phase).toMatchObject({ silentSinceMs: run.nowMs });
  });
});

describe('a controller that knows no probe key', () => {
  test('traffic that expects no answer does not move it back and forth', () => {
    const run = new MachineRun();
    run.startAtHome(lan);
    run.answerRound({});
    let moves = 0;
    for (let second = 0; second < 120; second += 1) {
      run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
      run.pass(1_000);
      run.answerRound({});
      run.answerTunnel('silent');
      while (run.state.phase.is === 'moving') {
        moves += 1;
        run.endMove();
      }
    }
    // 60 before.
    expect(moves).toBeLessThanOrEqual(8);
  });

  test('is tried at another public address when it does not answer at its own', () => {
    const run = startAway();
    run.answerRound({});
    run.send({
      type: 'resolved',
      known: [
        { endpoint: internet, path: 'internet', source: 'invite' },
        { endpoint: otherInternet, path: 'internet', source: 'resolved' },
      ],
    });
    const routes = { '198.51.100.7': atHome['198.51.100.7'], '198.51.100.8': atHome['198.51.100.7'] };
    run.send({ type: 'network', routes, discovery: [] });
    run.send({ type: 'silent', sinceMs: run.nowMs });
    run.pass(2_000);
    run.answerRound({});
    run.answerTunnel('silent');
    expect(run.last('move').order.to).toBe(otherInternet);
  });
});

test('the names of an unreachable controller are resolved again without any event', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answerRound({ [internet]: 30 });
  run.send({ type: 'silent', sinceMs: run.nowMs });
  const before = run.effects.length;
  for (let second = 0; second < 60; second += 1) {
    run.pass(1_000);
    run.answerRound({});
    run.answer(internet, silent);
  }
  const names = run.effects.slice(before).filter((one) => one.do === 'look-up' && one.what === 'dns');
  expect(names.length).toBeGreaterThanOrEqual(2);
  expect(names.length).toBeLessThanOrEqual(4);
});

test('the pings of a move that does not hold are no silence of the path that it goes back to', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(internet, 30);
  run.answer(lan, 1);
  expect(run.state.phase.is).toBe('moving');
  run.pass(300);
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  failMove(run);
  expect(run.state.phase).toEqual({ is: 'on', endpoint: internet, silentSinceMs: null });
});

test('a silence while no network leads anywhere does not repeatedly cut the current round short', () => {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: lan });
  run.send({ type: 'network', routes: {}, discovery: [] });
  expect(run.state.phase.is).toBe('stranded');
  run.send({ type: 'network', routes: { '192.0.2.10': atHome['192.0.2.10'] }, discovery: [] });
  const { round } = run.last('probe');
  const before = run.effects.length;
  for (let silence = 0; silence < 5; silence += 1) {
    run.pass(100);
    run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  }
  expect(run.effects.slice(before).filter((one) => one.do === 'cancel-probe')).toEqual([]);
  expect(run.state.round).toMatchObject({ is: 'running', round });
});

describe('a host that answers probes and passes nothing else, after a move there that had no path to return to', () => {
  /** The internet path is silent and answers no probe, and the failed move to the LAN was not reverted. */
  function onARelay(): MachineRun {
    const run = new MachineRun([
      { endpoint: lan, path: 'lan', source: 'invite' },
      { endpoint: otherInternet, path: 'internet', source: 'resolved' },
    ]);
    const routes = { '192.0.2.10': eth0, '198.51.100.7': gateway, '198.51.100.8': gateway };
    run.send({ type: 'started', endpoint: internet });
    run.send({ type: 'network', routes, discovery: [] });
    run.answer(internet, silent);
    run.send({ type: 'silent', sinceMs: run.nowMs });
    run.answer(lan, 42);
    const { effect, order } = run.last('move');
    expect(order).toMatchObject({ from: internet, to: lan });
    const reason = 'no answer through the tunnel on the new path';
    run.pass(6_000);
    run.send({ type: 'move-ended', effect, outcome: { moved: false, reason, reverted: false } });
    return run;
  }

  test('an answered probe does not end the silence of the tunnel', () => {
    const run = onARelay();
    run.pass(10_000);
    run.answer(lan, 42);
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan, silentSinceMs: 0 });
  });

  test('it is left for a path that answers', () => {
    const run = onARelay();
    run.pass(10_000);
    run.answerRound({ [lan]: 42, [otherInternet]: 56 });
    expect(run.last('move').order).toMatchObject({ from: lan, to: otherInternet });
  });

  test('the tunnel is tested when the probe is answered, and a session that is silent renewed', () => {
    const run = onARelay();
    run.pass(10_000);
    run.answer(lan, 1);
    run.answerTunnel('silent');
    expect(run.last('renegotiate').endpoint).toBe(lan);
  });

  test('a packet through the tunnel shows that the path works after all', () => {
    const run = onARelay();
    run.send({ type: 'received', afterMs: run.nowMs });
    run.send({ type: 'silent', sinceMs: run.nowMs });
    run.answerRound({ [lan]: 1, [otherInternet]: 56 });
    expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
  });
});

test('an address that the name no longer has when the tunnel starts at it is a candidate', () => {
  const run = new MachineRun();
  run.send({ type: 'started', endpoint: elsewhere });
  run.send({ type: 'network', routes: atHome, discovery: [] });
  expect(run.state.candidates.map(({ endpoint, declared }) => ({ endpoint, declared }))).toContainEqual({
    endpoint: elsewhere,
    declared: 'internet',
  });
});
