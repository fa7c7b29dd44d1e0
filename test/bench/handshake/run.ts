import { consumeResponse, createInitiation, initiatorFor } from '../../../helper/paths/probe/noise.ts';
import { tai64n } from '../../../helper/paths/probe/tai64n.ts';
import { testResponder } from '../../unit/support/probe-responder.ts';
import { random } from '../random.ts';

const warmUps = 5;
const repetitions = 200;

/** Milliseconds of one call, the mean of many after a warm-up. */
function millisecondsOf(work: () => unknown): number {
  for (let i = 0; i < warmUps; i++) work();
  const startMs = performance.now();
  for (let i = 0; i < repetitions; i++) work();
  return (performance.now() - startMs) / repetitions;
}

/** `npm run bench -- handshake [--json]`: the processor time of a probe, step by step. */
export async function runHandshakeBenchmark(args: readonly string[]): Promise<void> {
  const ownKey = Uint8Array.from(random.bytes(32));
  const responder = testResponder(random, Uint8Array.from(random.bytes(32)));
  const initiator = initiatorFor(ownKey, responder.publicKey);
  const fresh = {
    senderIndex: 1,
    ephemeralPrivateKey: Uint8Array.from(random.bytes(32)),
    timestamp: tai64n(1_700_000_000_123_456_789n),
  };
  const { message, sent } = createInitiation(initiator, fresh);
  const answer = responder.open(message)?.respond() ?? new Uint8Array();
  const result = {
    perControllerMs: millisecondsOf(() => initiatorFor(ownKey, responder.publicKey)),
    initiationMs: millisecondsOf(() => createInitiation(initiator, fresh)),
    responseMs: millisecondsOf(() => consumeResponse(initiator, sent, answer)),
  };
  if (args.includes('--json')) console.log(JSON.stringify(result));
  else {
    for (const [step, ms] of Object.entries(result)) console.log(`${step.padEnd(16)} ${ms.toFixed(3)}`);
  }
}
