import type * as z from 'zod';
import { HomingError, shown } from './problem.ts';

/** A path in readable form: `controllers[2].endpoints.public[0]`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  );
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const secretField = /privateKey|presharedKey/i;

/**
 * Turns the first issue of a schema into a problem with the field, the value (unless it is a secret) and what was
 * expected.
 */
export function schemaProblem(
  error: z.ZodError,
  input: unknown,
  of: { readonly code: string; readonly title: string; readonly remedy: string },
): HomingError {
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const field = fieldPath(path).replaceAll('\n', '\\n') || 'the whole document';
  const value = secretField.test(field) ? 'a value that is not shown' : shown(valueAt(input, path));
  return new HomingError({
    code: of.code,
    title: of.title,
    // The message of an unknown field quotes its name: an unescaped newline would forge a line.
    cause: `${field} is ${value}: ${(issue?.message ?? 'it does not match').replaceAll('\n', '\\n')}.`,
    remedy: of.remedy,
  });
}
