import { SeededRandom } from '../support/seeded-random.ts';

/** The random choices of one benchmark; its seed is printed when it starts. */
export const random = new SeededRandom();
