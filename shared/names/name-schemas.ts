import { z } from 'zod';
import { type Domain, domainRefusal } from './domain.ts';
import { type HostLabel, isHostLabel } from './host-label.ts';

/** A machine's name. */
export const hostLabelSchema = z
  .string()
  .max(63)
  .refine(isHostLabel, 'not a host name of lower-case letters, digits and inner hyphens')
  .transform((text) => text as HostLabel);

/** The domain of a network's host names. */
export const domainSchema = z
  .string()
  .superRefine((text, context) => {
    const refusal = domainRefusal(text);
    if (refusal !== undefined) context.addIssue({ code: 'custom', message: `it ${refusal}` });
  })
  .transform((text) => text as Domain);

/** The name of a network; the address plan hashes it, so any label is fine. */
export const networkNameSchema = hostLabelSchema;
