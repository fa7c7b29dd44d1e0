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
function suspect(): void {
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  run.answerRound({ [lan]: 5, [internet]: 30 });
}

function checked(silentMs: number | null): void {
  run.send({ type: 'session-checked', check: run.last('check-session').check, silentMs });
}

function endRenewal(answered: boolean): void {
  const { effect } = run.last('renew');
  run.send({ type: 'renewed', effect });
  run.send({ type: 'renewal-judged', effect, answered });
}

describe('a controller that answers probes and nothing in the tunnel', () => {
  test('is renegotiated with once data has gone unanswered for a while', () => {
    suspect();
    expect(run.all('check-session')).toHaveLength(1);
    checked(730);
    expect(run.state.phase.is).toBe('renewing');
    endRenewal(true);
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan });
    expect(run.recorded.at(-1)).toMatch(
      /^renewed it answers probes, but nothing came through the tunnel for 0.7 s/,
    );
  });

  test('keeps its session when it answers after all', () => {
    suspect();
    checked(null);
    expect(run.all('renew')).toEqual([]);
  });

  test('is left alone for a minute when a new session brought nothing, then for two', () => {
    suspect();
    checked(730);
    endRenewal(false);
    for (const [waitMs, checks] of [
      [55_000, 1],
      [6_000, 2],
    ] as const) {
      run.pass(waitMs);
      suspect();
      expect(run.all('check-session')).toHaveLength(checks);
    }
    checked(730);
    endRenewal(false);
    run.pass(115_000);
    suspect();
    expect(run.all('check-session')).toHaveLength(2);
    run.pass(6_000);
    suspect();
    expect(run.all('check-session')).toHaveLength(3);
  });

  test('is checked again after a move, which also waits for an answer', () => {
    suspect();
    const { check } = run.last('check-session');
    run.send({ type: 'silent', sinceMs: run.nowMs });
    run.answer(internet, 30);
    run.answer(lan, { verdict: 'silent', reason: 'no answer' });
    expect(run.state.phase.is).toBe('moving');
    run.send({ type: 'session-checked', check, silentMs: 730 });
    expect(run.all('renew')).toEqual([]);
    run.endMove();
    expect(run.last('check-session')).toMatchObject({ watchMs: 100 });
    checked(120);
    expect(run.last('renew').endpoint).toBe(internet);
  });

  test('is checked again when it was restarted again meanwhile', () => {
    suspect();
    checked(730);
    run.send({ type: 'renewed', effect: run.last('renew').effect });
    suspect();
    expect(run.all('check-session')).toHaveLength(1);
    run.send({ type: 'renewal-judged', effect: run.last('renew').effect, answered: true });
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
  expect(run.last('move').order).toMatchObject({ from: lan, to: internet, renew: true });
});

test('a renewal that failed is waited for, and tried again when it is suspected again', () => {
  suspect();
  checked(730);
  run.send({ type: 'effect-failed', effect: run.last('renew').effect, error: 'no such device' });
  expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan });
  expect(run.state.session.check).toBeNull();
  expect(run.recorded.at(-1)).toBe('trouble the session could not be renegotiated: no such device');
});
