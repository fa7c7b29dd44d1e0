import type { Stage } from './stage.ts';

/** One subject that only a real machine shows. */
export interface Trial {
  readonly name: string;
  /** A line for the list. */
  readonly about: string;
  run(stage: Stage): Promise<void>;
}
