import { beforeEach, describe, expect, test } from 'vitest';
import type { TunnelVerdict } from '../../../../../shared/paths/machine/events.ts';
import { internet, lan, MachineRun } from '../../../support/machine-run.ts';

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

  test.each(['heard', 'idle'] as const)('mean nothing when the tunnel is %s', (verdict) => {
    fallSilent();
    asked(verdict);
    run.pass(120_000);
    run.answerRound({});
    expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
    expect(run.recorded.filter((one) => !one.startsWith('kept'))).toEqual([]);
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
    expect(run.state.reachability.is).toBe('lost');
    run.send({ type: 'heard', afterMs: run.nowMs });
    expect(run.state.reachability.is).toBe('reachable');
  });

  test('are a loss at once when there is no session at all', () => {
    fallSilent();
    asked('no-session');
    if (run.state.phase.is === 'moving') failTrial();
    expect(run.state.reachability.is).toBe('lost');
  });

  test('are tested for as long as a keepalive takes if no address can be pinged', () => {
    start(lan, false);
    fallSilent();
    expect(run.last('test-tunnel')).toMatchObject({ timeoutMs: 11_000 });
  });
});

test('a LAN is tried from the internet with an unnoticeable outage, and not again before its backoff ends', () => {
  run = new MachineRun();
  run.startAtHome(internet);
  run.answerRound({});
  expect(run.last('move').order).toMatchObject({ from: internet, to: lan, maxOutageMs: 180 });
  failTrial();
  const trials = run.all('move').length;
  for (let time = 0; time < 20; time += 1) {
    run.pass(400);
    run.answerRound({});
  }
  expect(run.all('move')).toHaveLength(trials);
});

test('a controller that ever answered a probe is never tested through the tunnel', () => {
  run = new MachineRun();
  run.startAtHome(lan);
  run.answerRound({ [lan]: 1 });
  run.pass(60_000);
  run.send({ type: 'silent', sinceMs: run.nowMs - 150 });
  expect(run.all('test-tunnel')).toEqual([]);
});
