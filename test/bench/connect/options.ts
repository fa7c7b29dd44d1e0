import { parseArgs } from 'node:util';

export interface Options {
  readonly json: boolean;
  readonly pairs: number;
  readonly freshHelper: boolean;
}

const usage = `npm run bench -- connect [options]
  --json           print the result as one line of JSON
  --pairs N        starts of each, alternating (15)
  --fresh-helper   start the helper anew before each \`homing up\``;

/** @throws Error with the usage when the arguments are wrong */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        pairs: { type: 'string', default: '15' },
        'fresh-helper': { type: 'boolean', default: false },
      },
    });
    const pairs = Number(values.pairs);
    if (!Number.isInteger(pairs) || pairs < 1) throw new Error(`--pairs is "${values.pairs}", not a number.`);
    return { json: values.json, pairs, freshHelper: values['fresh-helper'] };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}
