import { beforeEach, describe, expect, test } from 'vitest';
import type { TunnelVerdict } from '../../../../../shared/paths/machine/events.ts';
import { atHome, internet, lan, MachineRun } from '../../../support/machine-run.ts';

/** A controller that does not know the probe key: no probe is ever answered. */

let run: MachineRun;

function start(endpoint: typeof lan, hasTunnelAddress = true): void {
  run = new MachineRun(undefined, hasTunnelAddress);
  run.startAtHome(endpoint);
  // On the LAN already, otherwise it would be tried.
  run.answerRound({});
  if (run.state.phase.is === 'moving') failTrial();
}

function failTrial(): void {
  const { effect } = run.last('move');
  const outcome = {
    moved: false,
    reason: 'no answer through the tunnel on the new path',
    reverted: true,
  } as const;
  run.send({ type: 'move-ended', effect, outcome });
}

function fallSilent(): void {
  run.pass(60_000);
  run.send({ type: 'silent', sinceMs: run.nowMs - 150 });
  run.answerRound({});
}

function asked(verdict: TunnelVerdict): void {
  run.send({ type: 'tunnel-tested', check: run.last('test-tunnel').check, verdict });
}

beforeEach(() => start(lan));

describe('unanswered packets, and unanswered probes,', () => {
  test('are no loss: the tunnel is tested', () => {
    fallSilent();
    expect(run.last('test-tunnel')).toMatchObject({ timeoutMs: 1_000 });
    expect(run.state.reachability.is).toBe('reachable');
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan });
  });

  test.each(['received', 'idle'] as const)('mean nothing when the tunnel is %s', (verdict) => {
    fallSilent();
    asked(verdict);
    run.pass(120_000);
    run.answerRound({});
    expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
    expect(run.recorded.filter((text) => !text.startsWith('kept'))).toEqual([]);
  });

  test('are tested again after the next round when the test could not be carried out', () => {
    fallSilent();
    const { phase } = run.state;
    run.send({ type: 'tunnel-test-failed', check: run.last('test-tunnel').check, error: 'no device' });
    expect(run.state.phase).toEqual(phase);
    expect(run.recorded.at(-1)).toBe('trouble the tunnel could not be tested: no device');
    expect(run.all('test-tunnel')).toHaveLength(1);
    run.pass(10_000);
    run.answerRound({});
    expect(run.all('test-tunnel')).toHaveLength(2);
    asked('silent');
    expect(run.last('move').order.to).toBe(internet);
  });

  test('of traffic that expects no answer are not tested again as soon as the answer to the test has passed', () => {
    fallSilent();
    run.send({ type: 'received', afterMs: run.nowMs });
    asked('received');
    const before = run.all('test-tunnel').length;
    run.pass(225);
    run.send({ type: 'silent', sinceMs: run.nowMs - 150, unanswered: 8 });
    expect(run.all('test-tunnel')).toHaveLength(before);
    expect(run.state.round.is).toBe('idle');
    run.pass(10_000);
    run.send({ type: 'silent', sinceMs: run.nowMs - 10_000, unanswered: 500 });
    expect(run.all('test-tunnel')).toHaveLength(before + 1);
  });

  test('lead to the internet when the tunnel is silent on the LAN', () => {
    fallSilent();
    asked('silent');
    expect(run.last('move').order).toMatchObject({ from: lan, to: internet, maxOutageMs: null });
  });

  test('are a loss when nothing is heard for longer than a keepalive takes', () => {
    fallSilent();
    asked('silent');
    failTrial();
    expect(run.last('test-tunnel')).toMatchObject({ timeoutMs: 11_000 });
    expect(run.state.reachability.is).toBe('reachable');
    asked('silent');
    expect(run.state.reachability.is).toBe('unreachable');
    run.send({ type: 'received', afterMs: run.nowMs });
    expect(run.state.reachability.is).toBe('reachable');
  });

  test('are a loss at once when there is no session at all', () => {
    fallSilent();
    asked('no-session');
    if (run.state.phase.is === 'moving') failTrial();
    expect(run.state.reachability.is).toBe('unreachable');
  });

  test('are tested for as long as a keepalive takes if no address can be pinged', () => {
    start(lan, false);
    fallSilent();
    expect(run.last('test-tunnel')).toMatchObject({ timeoutMs: 11_000 });
  });
});

describe('away, a LAN', () => {
  const nas = { address: '192.0.2.10', device: 'eth0' };
  const here = { ...nas, mac: '02:00:00:00:00:10' };
  const nobody = { ...nas, mac: null };

  /** @param roundMs how long a round lasts @returns when trials began, in whole seconds; each fails at once */
  function trialsFor(seconds: number, roundMs = 100): number[] {
    const fromMs = run.nowMs;
    const begun: number[] = [];
    while (run.nowMs < fromMs + seconds * 1_000) {
      const before = run.all('move').length;
      run.answerRound({});
      if (run.all('move').length > before) {
        begun.push(Math.floor((run.nowMs - fromMs) / 1_000));
        failTrial();
      }
      run.pass(100);
      if (run.state.round.is === 'running') run.nowMs += roundMs;
    }
    return begun;
  }

  /** The seconds from each trial to the next; the first counts from the start. */
  function waitsIn(trials: readonly number[]): number[] {
    return trials.map((at, index) => at - (trials[index - 1] ?? 0));
  }

  beforeEach(() => {
    run = new MachineRun();
    run.startAtHome(internet);
  });

  test('is tried with an unnoticeable outage, and again only when its backoff ends', () => {
    run.neighbours = [here];
    run.answerRound({});
    expect(run.last('move').order).toMatchObject({ from: internet, to: lan, maxOutageMs: 180 });
    failTrial();
    expect(waitsIn(trialsFor(100))).toEqual([4, 8, 16, 32]);
  });

  test('is tried when its backoff ends, although rounds last as long as probes to the internet wait', () => {
    run.neighbours = [here];
    run.answerRound({});
    failTrial();
    const roundSeconds = 1.7;
    const waits = waitsIn(trialsFor(100, roundSeconds * 1_000));
    expect(waits.length).toBeGreaterThan(3);
    for (const [index, wait] of waits.entries())
      expect(wait).toBeLessThanOrEqual(Math.ceil(4 * 2 ** index + 2 * roundSeconds));
  });

  test('is not tried while its address belongs to nobody on the link, and at once when it does', () => {
    run.neighbours = [nobody];
    expect(trialsFor(300)).toEqual([]);
    run.neighbours = [here];
    const [first = Number.POSITIVE_INFINITY] = trialsFor(20);
    expect(first).toBeLessThanOrEqual(8);
  });

  test('that failed is tried at once when another machine has its address, but not for ever', () => {
    run.neighbours = [here];
    trialsFor(20);
    run.neighbours = [{ ...here, mac: '02:00:00:00:00:99' }];
    const [first = Number.POSITIVE_INFINITY] = trialsFor(9);
    expect(first).toBeLessThanOrEqual(8);
    const coming = [];
    for (let time = 0; time < 60; time += 1) {
      run.neighbours = [time % 2 === 0 ? nobody : here];
      coming.push(...trialsFor(9));
    }
    expect(coming.length).toBeLessThan(6);
  });

  test('that held starts again without failures', () => {
    run.neighbours = [here];
    trialsFor(60);
    run.pass(60_000);
    run.answerRound({});
    run.endMove();
    expect(run.state.candidates.find(({ endpoint }) => endpoint === lan)).toMatchObject({
      moveFailures: 0,
      retryAtMs: 0,
    });
  });

  test('is tried soon after an event, once it is known that probes go unanswered', () => {
    run.neighbours = [here];
    trialsFor(60);
    run.send({ type: 'network-changed', removed: { devices: ['eth0'], addresses: [] } });
    run.pass(300);
    run.send({ type: 'network', routes: atHome, discovery: [] });
    run.send({ type: 'reapplied', effect: run.last('reapply').effect });
    const { targets, timing } = run.last('probe');
    const patience = targets.map(({ timeoutMs = timing.timeoutMs }) => timeoutMs * timing.attempts);
    expect(patience).toEqual([450, 2_100]);
    run.answer(lan, { verdict: 'unanswered', reason: 'no answer' });
    expect(run.last('move').order.to).toBe(lan);
    expect(run.state.phase.is).toBe('moving');
  });
});

test('a LAN is tried from a silent tunnel with a new session and without a limit: there is no traffic to protect', () => {
  start(internet);
  run.neighbours = [{ address: '192.0.2.10', device: 'eth0', mac: '02:00:00:00:00:10' }];
  fallSilent();
  // While the silence is not confirmed, the path in use may work.
  expect(run.last('move').order).toMatchObject({ maxOutageMs: 180, renegotiate: false });
  failTrial();
  asked('silent');
  while (run.state.phase.is !== 'moving') {
    run.pass(100);
    run.answerRound({});
  }
  expect(run.last('move').order).toMatchObject({
    from: internet,
    to: lan,
    renegotiate: true,
    maxOutageMs: null,
  });
});

test('a LAN that was left for its silence is tried again after 10 s, although the new path ended the silence', () => {
  fallSilent();
  asked('silent');
  run.send({ type: 'received', afterMs: run.nowMs });
  run.endMove();
  const left = run.state.candidates.find(({ endpoint }) => endpoint === lan);
  expect(left?.retryAtMs).toBe(run.nowMs + 10_000);
});

test('a controller that ever answered a probe is never tested through the tunnel', () => {
  run = new MachineRun();
  run.startAtHome(lan);
  run.answerRound({ [lan]: 1 });
  run.pass(60_000);
  run.send({ type: 'silent', sinceMs: run.nowMs - 150 });
  expect(run.all('test-tunnel')).toEqual([]);
});

test('a test in which nothing could be sent ends the silence, and not the backoff, the doubt or the loss', () => {
  run = new MachineRun();
  run.startAtHome(internet);
  run.answer(lan, 1);
  const reason = 'no answer through the tunnel on the new path';
  const { effect } = run.last('move');
  run.send({ type: 'move-ended', effect, outcome: { moved: false, reason, reverted: false } });
  run.answerRound({});
  run.pass(5_000);
  expect(run.state.reachability).toMatchObject({ is: 'unreachable', isAnnounced: true });
  run.answer(lan, 1);
  const failed = run.state.candidates.find(({ endpoint }) => endpoint === lan);
  expect(failed).toMatchObject({ moveFailures: 1, last: { verdict: 'verified' } });
  asked('idle');
  expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
  expect(run.state.candidates.find(({ endpoint }) => endpoint === lan)).toEqual(failed);
  expect(run.state.reachability.is).toBe('unreachable');
  expect(run.recorded.filter((text) => text.startsWith('found'))).toEqual([]);
});
