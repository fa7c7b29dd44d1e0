import { parseArgs } from 'node:util';

/** Everything that can be measured, by the key it has in the result. */
export const sectionNames = [
  'lanToPublicEvent',
  'lanToPublicSilent',
  'publicToLanEvent',
  'publicToLanNoEvent',
  'publicToLanNoEventHairpin',
  'underLoad',
  'restart',
  'impostor',
  'probing',
  'idle',
  'pingScript',
  'plainSet',
  'plainRestart',
  'nebula',
] as const;
export type SectionName = (typeof sectionNames)[number];

export interface Options {
  readonly json: boolean;
  /** Moves of each kind. */
  readonly moves: number;
  /** Moves of each kind with each of the baselines, which are slow. */
  readonly baselineMoves: number;
  readonly idleSeconds: number;
  readonly impostorAttempts: number;
  readonly probePings: number;
  readonly only: ReadonlySet<SectionName>;
}

const usage = `npm run bench -- paths [options]
  --json                  print the result as one line of JSON
  --moves N               moves of each kind (30)
  --baseline-moves N      moves of each kind for each baseline (as --moves)
  --idle-seconds N        how long to watch an idle laptop (600)
  --impostor-attempts N   (100)
  --probe-pings N         tunnel pings while probing (10000)
  --only A,B              only these of: ${sectionNames.join(', ')}; "baselines" is the last four`;

const count = { type: 'string' } as const;

/** @throws Error with the usage when the arguments are wrong */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        moves: count,
        'baseline-moves': count,
        'idle-seconds': count,
        'impostor-attempts': count,
        'probe-pings': count,
        only: { type: 'string' },
      },
    });
    const moves = positive('moves', values.moves, 30);
    return {
      json: values.json,
      moves,
      baselineMoves: positive('baseline-moves', values['baseline-moves'], moves),
      idleSeconds: positive('idle-seconds', values['idle-seconds'], 600),
      impostorAttempts: positive('impostor-attempts', values['impostor-attempts'], 100),
      probePings: positive('probe-pings', values['probe-pings'], 10_000),
      only: sections(values.only),
    };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} is "${text}", not a whole number above 0.`);
}

function sections(text: string | undefined): ReadonlySet<SectionName> {
  if (text === undefined) return new Set(sectionNames);
  return new Set(text.split(',').flatMap((word) => sectionsNamed(word.trim())));
}

function sectionsNamed(word: string): readonly SectionName[] {
  if (word === 'baselines') return ['pingScript', 'plainSet', 'plainRestart', 'nebula'];
  const found = sectionNames.find((name) => name === word);
  if (found === undefined) throw new Error(`--only names "${word}", which is no section.`);
  return [found];
}
