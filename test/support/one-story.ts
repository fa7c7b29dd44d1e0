import { beforeEach, onTestFailed } from 'vitest';

/**
 * The tests of this file, or of the `describe` around the call, are the steps of one story: each begins in the state
 * that the previous step left. If a step fails, the following steps are skipped with a note instead of failing for an
 * unrelated reason.
 */
export function oneStory(): void {
  let failedStep: string | undefined;
  beforeEach(({ task, skip }) => {
    skip(failedStep !== undefined, `a step before it failed: ${failedStep}`);
    onTestFailed(() => {
      failedStep ??= task.name;
    });
  });
}
