import { z } from 'zod';

/** The wire form of a problem; see shared/errors. */
export const problemSchema = z.strictObject({
  code: z.string(),
  title: z.string(),
  cause: z.string(),
  remedy: z.string(),
});
