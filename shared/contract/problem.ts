import * as z from 'zod';

/** The wire form of a problem; see shared/errors. It is part of responses, so unknown fields are ignored. */
export const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  cause: z.string(),
  remedy: z.string(),
});
