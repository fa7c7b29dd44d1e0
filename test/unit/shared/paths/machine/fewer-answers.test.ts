import { beforeEach, describe, expect, test } from 'vitest';
import { eth0, internet, lan, MachineRun } from '../../../support/machine-run.ts';

/** Fewer packets come back than usual, although some do. */

let run: MachineRun;

beforeEach(() => {
  run = new MachineRun();
  run.startAtHome(lan);
  run.answerRound({ [lan]: 5, [internet]: 30 });
  run.pass(10_000);
});

const suspect = () => run.send({ type: 'fewer-answers', sinceMs: run.nowMs - 600 });

describe('fewer answers than usual', () => {
  test('cost a round of probes, and no move if the path in use answers', () => {
    suspect();
    expect(run.last('probe').timing).toMatchObject({ attempts: 4 });
    run.answerRound({ [lan]: 5, [internet]: 30 });
    run.pass(60_000);
    expect(run.all('move')).toEqual([]);
    expect(run.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: null });
  });

  test('are a reason to leave a path that does not answer for one that does', () => {
    suspect();
    run.answer(internet, 30);
    expect(run.all('move')).toEqual([]);
    run.answer(lan, { verdict: 'unanswered', reason: 'no answer' });
    expect(run.last('move').order).toMatchObject({ from: lan, to: internet });
  });

  test('are no reason to probe without another path', () => {
    run.send({ type: 'routes', routes: { '192.0.2.10': eth0 } });
    const rounds = run.all('probe').length;
    suspect();
    expect(run.all('probe')).toHaveLength(rounds);
    expect(run.state.phase).toMatchObject({ silentSinceMs: null });
  });
});
