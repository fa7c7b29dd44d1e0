import { expect, test } from 'vitest';
import { type ProgramResult, ProgramRunner } from '../../../../../helper/process/run.ts';
import { Routing } from '../../../../../helper/tunnel/linux/routing.ts';

/** Stands in for `ip`, whose race with the kernel cannot be staged: fails a given number of times, with one message. */
class FailingIp extends ProgramRunner {
  runs = 0;
  readonly #failures: number;
  readonly #message: string;

  constructor(failures: number, message: string) {
    super('/tmp');
    this.#failures = failures;
    this.#message = message;
  }

  override async run(): Promise<ProgramResult> {
    this.runs += 1;
    const failed = this.runs <= this.#failures;
    return { exitCode: failed ? 1 : 0, stdout: '', stderr: failed ? this.#message : '' };
  }
}

const gone = 'Failed to send flush request: No such process\nCommand failed -:2\n';

test('a route that the kernel removes during a flush does not fail the removal', async () => {
  await new Routing(new FailingIp(2, gone)).remove();
});

test('a removal that the system refuses is an error at once', async () => {
  const ip = new FailingIp(Number.POSITIVE_INFINITY, 'RTNETLINK answers: Operation not permitted');
  await expect(new Routing(ip).remove()).rejects.toThrow('Operation not permitted');
  expect(ip.runs).toBeLessThanOrEqual(2);
});

test('a removal that never comes to an end is an error', async () => {
  await expect(new Routing(new FailingIp(Number.POSITIVE_INFINITY, gone)).remove()).rejects.toThrow(
    'could not be removed',
  );
});
