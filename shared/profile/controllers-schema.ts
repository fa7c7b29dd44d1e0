import * as z from 'zod';

/**
 * Limits over all controllers together, checked before any entry is parsed: the work of a peer grows with these, and
 * lists of 64 in each of 4,096 controllers would allow 262,144 of either. A network of 500 controllers with four
 * endpoints each has 2,000.
 */
export const totalEndpointsMax = 8_192;
export const totalRangesMax = 8_192;

const controllersMax = 4_096;

function listLength(entry: unknown, key: string): number {
  if (typeof entry !== 'object' || entry === null) return 0;
  const list: unknown = Reflect.get(entry, key);
  return Array.isArray(list) ? list.length : 0;
}

function endpointsOf(controller: unknown): number {
  if (typeof controller !== 'object' || controller === null) return 0;
  const endpoints: unknown = Reflect.get(controller, 'endpoints');
  return listLength(endpoints, 'private') + listLength(endpoints, 'public');
}

function totalProblem(controllers: readonly unknown[], rangesKey: string): string | undefined {
  let endpoints = 0;
  let ranges = 0;
  for (const controller of controllers) {
    endpoints += endpointsOf(controller);
    ranges += listLength(controller, rangesKey);
  }
  if (endpoints > totalEndpointsMax)
    return `they have ${endpoints} endpoints together, and at most ${totalEndpointsMax} are read`;
  if (ranges > totalRangesMax)
    return `they have ${ranges} ranges together, and at most ${totalRangesMax} are read`;
  return undefined;
}

/**
 * The list of controllers of an invite or a profile.
 * @param rangesKey each controller's list of ranges
 */
export function controllersSchema<S extends z.ZodType>(controller: S, rangesKey: 'routes' | 'allowedIps') {
  return z
    .array(z.unknown())
    .min(1, 'there must be at least one controller')
    .max(controllersMax)
    .superRefine((controllers, context) => {
      const message = totalProblem(controllers, rangesKey);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .pipe(z.array(controller));
}
