import { expect, test } from 'vitest';
import type { Candidate } from '../../../../shared/paths/candidate.ts';
import { choose } from '../../../../shared/paths/policy.ts';
import { answering, candidate, now, silent, situation } from '../../support/make-candidates.ts';

const lan = candidate('lan', 10);
const internet = candidate('internet', 20);
const internet2 = candidate('internet', 21);
const gone = (one: Candidate): Candidate => ({ ...one, usable: false });

type Row = [reason: string, current: Candidate | null, others: Candidate[], silentSinceMs: number | null];

test.each<Row>([
  [
    'answered on your LAN in 0.6 ms, against 21 ms over the internet',
    answering(internet, 21),
    [answering(lan, 0.6)],
    null,
  ],
  [
    'answered over the internet in 21 ms, against 60 ms on your LAN',
    answering(lan, 60),
    [answering(internet, 21)],
    null,
  ],
  [
    'answered over the internet in 21 ms, against 58 ms on the path used before',
    answering(internet2, 58),
    [answering(internet, 21)],
    null,
  ],
  [
    'the link went away; the internet answered 14 s before',
    gone(lan),
    [answering(internet, 41, now - 14_000)],
    null,
  ],
  ['the link went away; trying the internet, which has not answered lately', gone(lan), [internet], null],
  [
    'no answer on your LAN for 0.9 s while packets were sent; the internet answered in 41 ms',
    silent(answering(lan, 1)),
    [answering(internet, 41, now)],
    now - 900,
  ],
  [
    'no answer on your LAN for 0.9 s while packets were sent; nothing else has answered',
    silent(answering(lan, 1)),
    [internet],
    now - 900,
  ],
  [
    '3 tests in a row over the internet went unanswered; another address answered in 41 ms',
    silent(answering(internet, 9), 3),
    [answering(internet2, 41)],
    null,
  ],
  [
    '1 test on your LAN went unanswered; the internet answered in 41 ms',
    silent(lan),
    [answering(internet, 41)],
    null,
  ],
  ['the internet answered 4 min ago', null, [answering(internet, 41, now - 240_000)], null],
  ['no answer yet; starting over the internet', null, [internet, lan], null],
  ['no endpoint is verified yet; a private address is not used without proof', null, [lan], null],
  ['no network has a route to it', null, [gone(internet)], null],
  [
    'answers over the internet in 21 ms; the LAN is slower, 60 ms',
    answering(internet, 21),
    [answering(lan, 60)],
    null,
  ],
  ['answers on your LAN in 0.6 ms', answering(lan, 0.6), [internet], null],
  ['in use over the internet, not tested yet', internet, [], null],
  ['in use on your LAN, although a test went unanswered', silent(answering(lan, 1)), [], null],
  ['packets were sent and none came back; testing before leaving', lan, [answering(internet, 21)], now - 900],
])('%s', (reason, current, others, silentSinceMs) => {
  expect(choose(situation(current, others, silentSinceMs)).reason).toBe(reason);
});
