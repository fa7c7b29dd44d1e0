import * as z from 'zod';
import { parseSuffix, suffixText } from './plan.ts';

const controllerSuffixText = '0:0:0:1';

/** The 8-byte suffix of a peer as four groups, in the form of {@link suffixText}. */
export const suffixSchema = z.string().transform((text, context) => {
  const suffix = parseSuffix(text);
  const canonical = suffix && suffixText(suffix);
  if (canonical !== undefined && canonical !== controllerSuffixText) return canonical;
  const message =
    canonical === undefined
      ? 'not four groups of hex such as "6987:50a0:9b93:4337"'
      : 'the suffix of every controller, so no peer may have it';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
