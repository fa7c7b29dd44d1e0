import { parseArgs } from 'node:util';

export interface Options {
  readonly json: boolean;
  readonly pairs: number;
  readonly controllers: number;
  readonly freshHelper: boolean;
}

const usage = `npm run bench -- connect [options]
  --json           print the result as one line of JSON
  --pairs N        starts of each, alternating (15)
  --controllers N  in the network (1); one of them answers
  --fresh-helper   restart the helper before each \`homing up\``;

/** @throws Error with the usage when the arguments are wrong */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        pairs: { type: 'string', default: '15' },
        controllers: { type: 'string', default: '1' },
        'fresh-helper': { type: 'boolean', default: false },
      },
    });
    return {
      json: values.json,
      pairs: positive('pairs', values.pairs),
      controllers: positive('controllers', values.controllers),
      freshHelper: values['fresh-helper'],
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} is "${text}", not a whole number above 0.`);
}
