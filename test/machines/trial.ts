import type { Stage } from './stage.ts';

/** One subject that only a real machine can show. */
export interface Trial {
  readonly name: string;
  /** A line for the list. */
  readonly about: string;
  run(stage: Stage): Promise<void>;
}
