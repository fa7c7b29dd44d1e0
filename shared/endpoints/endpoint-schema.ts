import * as z from 'zod';
import { HomingError } from '../errors/problem.ts';
import { parseEndpoint } from './endpoint.ts';

/** An endpoint in canonical text. */
export const endpointSchema = z
  .string()
  .max(300)
  .transform((text, context) => {
    try {
      return parseEndpoint(text, 'it');
    } catch (error) {
      if (!(error instanceof HomingError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.problem.cause.replace(/^it is .*?: /, '').replace(/\.$/, ''),
      });
      return z.NEVER;
    }
  });
