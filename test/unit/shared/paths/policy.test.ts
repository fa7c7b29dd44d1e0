import { describe, expect, test } from 'vitest';
import { recordMoveFailure } from '../../../../shared/paths/backoff.ts';
import { afterNetworkChange, type Candidate } from '../../../../shared/paths/candidate.ts';
import { freshMs, recentMs } from '../../../../shared/paths/liveness.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import {
  answering,
  candidate,
  now,
  outcome,
  refused,
  silent,
  situation,
} from '../../support/make-candidates.ts';

const lan = candidate('lan', 10);
const lan2 = candidate('lan', 11);
const internet = candidate('internet', 20);
const internet2 = candidate('internet', 21);
const gone = (one: Candidate): Candidate => ({ ...one, usable: false });

type Row = [
  requirement: string,
  current: Candidate | null,
  others: Candidate[],
  silentSinceMs: number | null,
  outcome: string,
];

function expectRows(rows: Row[]): void {
  test.each(rows)('%s', (_requirement, current, others, silentSinceMs, expected) => {
    const asked = situation(current, others, silentSinceMs);
    expect(outcome(choose(asked))).toBe(expected);
    expect(outcome(choose({ ...asked, candidates: asked.candidates.toReversed() }))).toBe(expected);
  });
}

describe('at the start', () => {
  expectRows([
    ['a LAN that answers wins', null, [answering(lan, 0.6), answering(internet, 21)], null, 'lan verified'],
    [
      'a LAN that is a detour loses',
      null,
      [answering(lan, 60), answering(internet, 21)],
      null,
      'internet verified',
    ],
    ['an untested LAN waits for its proof', null, [lan, internet], null, 'internet none'],
    ['a lone LAN without proof is not taken', null, [lan], null, 'none'],
    ['a lone LAN that refuses is not taken', null, [refused(lan)], null, 'none'],
    ['a memory of minutes is used', null, [answering(internet, 21, now - 240_000)], null, 'internet recent'],
    [
      'the proof of now beats that of minutes ago',
      null,
      [answering(lan, 0.6, now - 240_000), answering(internet, 21)],
      null,
      'internet verified',
    ],
    [
      'a LAN that fell silent is no memory',
      null,
      [silent(answering(lan, 1)), internet],
      null,
      'internet none',
    ],
    ['nothing usable is nothing', null, [gone(answering(lan, 1)), gone(internet)], null, 'none'],
    ['no candidates at all is nothing', null, [], null, 'none'],
    [
      'a failed move does not strand',
      null,
      [recordMoveFailure(answering(internet, 21), now)],
      null,
      'internet verified',
    ],
  ]);

  test('between equals the order of the list does not decide', () => {
    const equals = [answering(lan2, 1), answering(lan, 1)];
    expect(choose(situation(null, equals))).toEqual(choose(situation(null, equals.toReversed())));
  });

  test('guesses go by what ever answered, then by turns, then by source', () => {
    const remembered: Candidate = { ...internet2, source: 'remembered' };
    const old = answering(internet, 21, now - recentMs - 1);
    expect(choose(situation(null, [internet, remembered]))).toMatchObject({ to: remembered.endpoint });
    expect(choose(situation(null, [old, remembered]))).toMatchObject({ to: old.endpoint });
    expect(choose(situation(null, [refused(old), remembered]))).toMatchObject({ to: remembered.endpoint });
    expect(choose(situation(null, [internet, silent(remembered)]))).toMatchObject({ to: internet.endpoint });
  });
});

describe('over the internet', () => {
  const current = answering(internet, 21);
  expectRows([
    ['a LAN that answers is taken', current, [answering(lan, 0.6)], null, 'lan verified'],
    ['one answer is enough', current, [answering(lan, 0.6, now, 1)], null, 'lan verified'],
    [
      '0.8 ms on the LAN beats a hairpin of 0.7 ms',
      answering(internet, 0.7),
      [answering(lan, 0.8)],
      null,
      'lan verified',
    ],
    ['10 ms more than 21 ms is still taken', current, [answering(lan, 31)], null, 'lan verified'],
    ['a detour is not taken', current, [answering(lan, 31.1)], null, 'keep'],
    [
      '20 % more than 200 ms is still taken',
      answering(internet, 200),
      [answering(lan, 240)],
      null,
      'lan verified',
    ],
    [
      'a detour against another internet path is not taken',
      answering(internet, 100),
      [answering(lan, 60), answering(internet2, 21)],
      null,
      'internet verified',
    ],
    [
      'an answer that is too old is not enough',
      current,
      [answering(lan, 0.6, now - freshMs - 1)],
      null,
      'keep',
    ],
    ['an answer from the future is none', current, [answering(lan, 0.6, now + 1)], null, 'keep'],
    ['an impostor is not taken', current, [refused(lan)], null, 'keep'],
    ['nor when the path in use is suspect', current, [refused(lan)], now - 900, 'keep'],
    ['a LAN without a route is not taken', current, [gone(answering(lan, 0.6))], null, 'keep'],
    ['a LAN whose move failed waits', current, [recordMoveFailure(answering(lan, 0.6), now)], null, 'keep'],
    [
      'and is taken when its wait is over',
      current,
      [recordMoveFailure(answering(lan, 0.6), now - 10_000)],
      null,
      'lan verified',
    ],
    ['a suspect path is left for the LAN at once', current, [answering(lan, 0.6)], now - 900, 'lan verified'],
    ['9 ms less is not worth a move', current, [answering(internet2, 12)], null, 'keep'],
    ['11 ms less is', current, [answering(internet2, 9.9)], null, 'internet verified'],
    ['but not after a few answers only', current, [answering(internet2, 9.9, now, 15)], null, 'keep'],
    ['19 % less than 300 ms is not', answering(internet, 300), [answering(internet2, 251)], null, 'keep'],
  ]);
});

describe('on the LAN', () => {
  const current = answering(lan, 2);
  const slow = answering(lan, 60);
  expectRows([
    ['a faster internet does not matter', current, [answering(internet, 0.4)], null, 'keep'],
    [
      'a detour of more than three margins is left',
      slow,
      [answering(internet, 29.9)],
      null,
      'internet verified',
    ],
    ['less is not', slow, [answering(internet, 30.1)], null, 'keep'],
    ['one slow answer is no detour', answering(lan, 120, now, 1), [answering(internet, 21)], null, 'keep'],
    [
      'nor is a detour left for speed while its last probe is silent',
      silent(slow),
      [answering(internet, 21)],
      null,
      'keep',
    ],
    ['a suspicion alone is not enough', current, [answering(internet, 21)], now - 900, 'keep'],
    ['a silent probe alone is not enough', silent(current), [answering(internet, 21)], null, 'keep'],
    ['nor are two', silent(current, 2), [answering(internet, 21)], null, 'keep'],
    ['three are', silent(current, 3), [answering(internet, 21)], null, 'internet verified'],
    [
      'both together are',
      silent(current),
      [answering(internet, 21, now - 400)],
      now - 900,
      'internet verified',
    ],
    [
      'a silence before the suspicion is not',
      silent(current, 1, now - 5_000),
      [answering(internet, 21)],
      now - 900,
      'keep',
    ],
    [
      'an answer before the suspicion is no way out',
      silent(current),
      [answering(internet, 21, now - 901)],
      now - 900,
      'none',
    ],
    ['nothing else that answers is no way out', silent(current), [internet], now - 900, 'none'],
    [
      'another LAN is the first way out',
      silent(current),
      [answering(internet, 9, now), answering(lan2, 9, now)],
      now - 900,
      'lan verified',
    ],
    [
      'a failed move does not bar the way out',
      silent(current),
      [recordMoveFailure(answering(internet, 21, now), now)],
      now - 900,
      'internet verified',
    ],
    [
      'of two whose moves failed, the next is the one that failed longer ago, not always the LAN',
      silent(current),
      [
        recordMoveFailure(answering(internet, 21, now), now - 1_600),
        recordMoveFailure(answering(lan2, 2, now), now),
      ],
      now - 3_200,
      'internet verified',
    ],
    [
      'one that failed twice waits for an eighth of its backoff',
      silent(current),
      [recordMoveFailure(recordMoveFailure(answering(internet, 21, now), now - 9_000), now - 2_499)],
      now - 9_000,
      'none',
    ],
    [
      'and no longer',
      silent(current),
      [recordMoveFailure(recordMoveFailure(answering(internet, 21, now), now - 9_000), now - 2_500)],
      now - 9_000,
      'internet verified',
    ],
    [
      'and the LAN in its turn',
      silent(current),
      [
        recordMoveFailure(answering(internet, 21, now), now),
        recordMoveFailure(answering(lan2, 2, now), now - 1_600),
      ],
      now - 3_200,
      'lan verified',
    ],
    [
      'but waits when traffic may still flow',
      silent(current, 3),
      [recordMoveFailure(answering(internet, 21), now)],
      null,
      'keep',
    ],
    ['an unknown probe key is no reason to leave', silent(lan, 9), [silent(internet, 9)], null, 'keep'],
  ]);
});

describe('after the network changed', () => {
  const leftHome = afterNetworkChange(answering(lan, 0.6));
  const elsewhere = afterNetworkChange(answering(internet, 21));
  expectRows([
    ['the LAN of before is kept until tested', leftHome, [elsewhere], null, 'keep'],
    ['the internet of before has to answer again', silent(leftHome), [elsewhere], null, 'keep'],
    [
      'one silence is enough when it does',
      silent(leftHome),
      [answering(elsewhere, 40, now)],
      null,
      'internet verified',
    ],
    [
      'an impostor there is left too',
      refused(leftHome),
      [answering(elsewhere, 40, now)],
      null,
      'internet verified',
    ],
  ]);
});

describe('when the link of the path in use is gone', () => {
  const current = gone(answering(lan, 0.6));
  const minutes = now - 300_000;
  expectRows([
    [
      'the internet of minutes ago is taken at once',
      current,
      [answering(internet, 21, minutes)],
      null,
      'internet recent',
    ],
    [
      'another LAN of minutes ago before it',
      current,
      [answering(internet, 21), answering(lan2, 2, minutes)],
      null,
      'lan recent',
    ],
    [
      'a silence while the link went does not matter',
      current,
      [silent(answering(internet, 21, minutes))],
      null,
      'internet recent',
    ],
    [
      'unless another has none',
      current,
      [silent(answering(internet, 9)), answering(internet2, 80)],
      null,
      'internet verified',
    ],
    ['an untested internet is better than nothing', current, [internet], null, 'internet none'],
    [
      'as is one proven long ago',
      current,
      [answering(internet, 21, now - recentMs - 1)],
      null,
      'internet none',
    ],
    ['an untested LAN is not', current, [lan2], null, 'none'],
    ['nothing usable is nothing', current, [gone(answering(internet, 21))], null, 'none'],
    [
      'one whose move failed comes last',
      current,
      [recordMoveFailure(answering(internet, 21), now), internet2],
      null,
      'internet none',
    ],
  ]);
});

test('an endpoint that is no candidate is left only for one that answers', () => {
  const roamed = candidate('internet', 99).endpoint;
  const asked = { ...situation(null, [internet, lan]), current: roamed };
  expect(choose(asked).action).toBe('keep');
  expect(outcome(choose({ ...asked, candidates: [internet, answering(lan, 1)] }))).toBe('lan verified');
});
