import { beforeEach, onTestFailed } from 'vitest';

/**
 * The tests of this file, or of the `describe` around the call, are the steps of one story: each begins in the world that
 * the step before it left. When a step fails, the steps after it are skipped with a note instead of failing for a reason of
 * their own.
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
