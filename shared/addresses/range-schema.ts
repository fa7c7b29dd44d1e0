import * as z from 'zod';
import { parseRange } from './range.ts';

/** A range `address/length` with no host bits set. */
export const rangeSchema = z
  .string()
  .max(50)
  .refine(
    (text) => parseRange(text) !== undefined,
    'not a range such as "192.0.2.0/24" with no host bits set',
  );
