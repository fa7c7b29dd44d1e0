/** The guarantees of the path engine. */
export const laws = {
  'one-effect': 'at most one effect on a controller’s endpoint is under way',
  'nothing-after-stop': 'after a stop nothing more is done, and nothing is waited for',
  'verified-first': 'no path that is not verified is chosen while a verified one works',
  'no-impostor': 'nobody who merely has the controller’s address is ever chosen, or stayed with',
  'no-relay': 'who merely relays is not stayed with where the internet works',
  'best-path': 'within a bound after the last change the best reachable path is in use',
  scheduled: 'while something better could appear by itself, the next look for it is scheduled',
  'probe-rate': 'a controller is sent at most 20 probes in a second',
  quiet: 'nothing is sent when nothing could be better',
  'no-oscillation': 'while nothing changes, the path does not either',
  'no-hot-loop': 'what fails is not repeated at once',
  recorded: 'every change of path has its decision in the timeline',
  bounded: 'the state stays bounded',
} as const;

export type Law = keyof typeof laws;

/** A law was broken; `law` names it. */
export class LawBroken extends Error {
  readonly law: Law;

  constructor(law: Law, atMs: number, what: string) {
    super(`${law} at ${Math.round(atMs)} ms: ${laws[law]}; but ${what}`);
    this.name = 'LawBroken';
    this.law = law;
  }
}
