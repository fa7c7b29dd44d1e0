import { beforeEach, describe, expect, test } from 'vitest';
import { internet, lan, MachineRun } from '../../../support/machine-run.ts';

/** A controller that answers probes, but nothing in the tunnel. */

let run: MachineRun;

beforeEach(() => {
  run = new MachineRun();
  run.startAtHome(lan);
  run.answerRound({ [lan]: 5, [internet]: 30 });
  run.pass(10_000);
});

/** The tunnel falls silent, and the path in use answers the probe. */
function beginSilence(): void {
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  run.answerRound({ [lan]: 5, [internet]: 30 });
}

function checked(silentMs: number | null): void {
  run.send({ type: 'session-checked', check: run.last('check-session').check, silentMs });
}

function endRenewal(answered: boolean): void {
  const { effect } = run.last('renegotiate');
  run.send({ type: 'renegotiated', effect });
  run.send({ type: 'renegotiation-judged', effect, answered });
}

describe('a controller that answers probes and nothing in the tunnel', () => {
  test('is renegotiated with once data has gone unanswered for a while', () => {
    beginSilence();
    expect(run.all('check-session')).toHaveLength(1);
    checked(730);
    expect(run.state.phase.is).toBe('renegotiating');
    endRenewal(true);
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan });
    expect(run.recorded.at(-1)).toMatch(
      /^renewed it answers probes, but nothing came through the tunnel for 0.7 s/,
    );
  });

  test('keeps its session when it answers after all', () => {
    beginSilence();
    checked(null);
    expect(run.all('renegotiate')).toEqual([]);
  });

  test('is left alone for a minute when a new session brought nothing, then for two', () => {
    beginSilence();
    checked(730);
    endRenewal(false);
    for (const [waitMs, checks] of [
      [55_000, 1],
      [6_000, 2],
    ] as const) {
      run.answerTunnel('received');
      run.pass(waitMs);
      beginSilence();
      expect(run.all('check-session')).toHaveLength(checks);
    }
    checked(730);
    endRenewal(false);
    run.answerTunnel('received');
    run.pass(115_000);
    beginSilence();
    expect(run.all('check-session')).toHaveLength(2);
    run.answerTunnel('received');
    run.pass(6_000);
    beginSilence();
    expect(run.all('check-session')).toHaveLength(3);
  });

  test('is checked again after a move, which also waits for an answer', () => {
    beginSilence();
    const { check } = run.last('check-session');
    run.send({ type: 'silent', sinceMs: run.nowMs });
    run.answer(internet, 30);
    run.answer(lan, { verdict: 'unanswered', reason: 'no answer' });
    expect(run.state.phase.is).toBe('moving');
    run.send({ type: 'session-checked', check, silentMs: 730 });
    expect(run.all('renegotiate')).toEqual([]);
    run.endMove();
    expect(run.last('check-session')).toMatchObject({ watchMs: 100 });
    checked(120);
    expect(run.last('renegotiate').endpoint).toBe(internet);
  });

  test('is checked again when it was restarted again meanwhile', () => {
    beginSilence();
    checked(730);
    run.send({ type: 'renegotiated', effect: run.last('renegotiate').effect });
    beginSilence();
    expect(run.all('check-session')).toHaveLength(1);
    run.send({ type: 'renegotiation-judged', effect: run.last('renegotiate').effect, answered: true });
    expect(run.all('check-session')).toHaveLength(2);
  });
});

test('after a loss that lasted, the move to the path that answers first asks for another session at once', () => {
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  run.answerRound({});
  run.pass(5_000);
  expect(run.recorded.at(-1)).toMatch(/^lost /);
  run.answerRound({});
  run.pass(5_000);
  run.answer(internet, 30);
  expect(run.last('move').order).toMatchObject({ from: lan, to: internet, renegotiate: true });
});

test('a renewal that failed is waited for, and tried again when it is suspected again', () => {
  beginSilence();
  checked(730);
  run.send({ type: 'effect-failed', effect: run.last('renegotiate').effect, error: 'no such device' });
  expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan });
  expect(run.state.session.check).toBeNull();
  expect(run.recorded.at(-1)).toBe('trouble the session could not be renegotiated: no such device');
});
