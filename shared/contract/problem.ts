import { z } from 'zod';

/** The wire form of a problem; see shared/errors. Part of responses, so fields it does not know are ignored. */
export const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  cause: z.string(),
  remedy: z.string(),
});
