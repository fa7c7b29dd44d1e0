import * as z from 'zod';
import { type Domain, domainRefusal } from './domain.ts';
import { type HostLabel, isHostLabel } from './host-label.ts';
import { isMemberName, type MemberName } from './member-name.ts';

/** A further name of a machine. */
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

/** The name of a network or a machine; the address plan hashes it unchanged. */
export const memberNameSchema = z
  .string()
  .max(63)
  .refine(isMemberName, 'not host labels of letters, digits and inner hyphens joined by dots')
  .transform((text) => text as MemberName);
