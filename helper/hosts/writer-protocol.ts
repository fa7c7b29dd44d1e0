import { z } from 'zod';
import { problemSchema } from '../../shared/contract/problem.ts';

/**
 * What the helper and the writer of the hosts file say to each other: one line of JSON each way on a unix socket, then the
 * connection ends.
 */

/** A profile names at most some 11,000 machines (docs/RELIABILITY.md), each with a short and a long name. */
const maxEntries = 32_768;
const maxNamesPerEntry = 16;

/** No names: the block is removed. What is a valid name and address is checked where the line is made (block.ts). */
export const writerRequestSchema = z.strictObject({
  version: z.literal(1),
  entries: z
    .array(
      z.strictObject({
        address: z.string().max(64),
        names: z.array(z.string().max(255)).min(1).max(maxNamesPerEntry),
      }),
    )
    .max(maxEntries),
});
export type WriterRequest = z.infer<typeof writerRequestSchema>;

export const writerAnswerSchema = z.union([
  z.object({ changed: z.boolean() }),
  z.object({ error: problemSchema }),
]);
export type WriterAnswer = z.infer<typeof writerAnswerSchema>;

/** More than the largest body of the control API can name. */
export const requestLimitBytes = 4 * 1024 * 1024;
