import { worldAddresses as at } from '../../lab/world-addresses.ts';
import type { Talk } from '../world/tunnel.ts';
import type { WorldChange } from '../world/world.ts';

/**
 * Stories that run twice: in the simulation, and in the lab of network namespaces with real WireGuard and the real
 * helper. Both must make the same decisions in the same order; if they differ, the model is wrong.
 */

/** The changes that the lab can stage. */
export type StoryChange = Extract<
  WorldChange,
  {
    readonly do:
      | 'go'
      | 'replug'
      | 'modem'
      | 'lose'
      | 'home-uplink'
      | 'portal'
      | 'restart'
      | 'controller'
      | 'readdress'
      | 'unrelated-event'
      | 'request'
      | 'restart-helper';
  }
>;

/** What a story waits for after a change. */
export interface Expectation {
  readonly controller: 'nas' | 'vps';
  /** `none`: the controller is unreachable, and that was announced. */
  readonly path: 'lan' | 'internet' | 'none';
}

export interface StoryStep {
  readonly change: StoryChange;
  /** Whatever else happens meanwhile. */
  readonly until?: Expectation;
  /** How long to keep watching after that. */
  readonly thenMs: number;
}

/** The members of a story; stories with the same cast share their world in the lab. */
export type Cast = 'nas' | 'nas-without-probe-key' | 'nas-and-vps';

export interface Story {
  readonly name: string;
  readonly cast: Cast;
  readonly place: 'home' | 'cafe' | 'hotel';
  readonly hairpin: boolean;
  readonly talk: Talk;
  /** In a conversation the NAS also sends unprompted. */
  readonly peerTalks: boolean;
  readonly discovery: boolean;
  readonly steps: readonly StoryStep[];
  /** Every decision about a path, formatted by {@link decisionText}. */
  readonly decisions: readonly string[];
}

interface Telling {
  readonly cast?: Cast;
  readonly place?: Story['place'];
  readonly hairpin?: boolean;
  readonly talk?: Talk;
  readonly peerTalks?: boolean;
  readonly discovery?: boolean;
}

const otherLanHost = '192.0.2.77';

function story(
  name: string,
  telling: Telling,
  steps: readonly StoryStep[],
  decisions: readonly string[],
): Story {
  const usual = {
    cast: 'nas',
    place: 'home',
    hairpin: true,
    talk: 'answered',
    peerTalks: true,
    discovery: false,
  } as const;
  return { name, ...usual, ...telling, steps, decisions };
}

function step(change: StoryChange, path?: Expectation['path'], thenMs = 500): StoryStep {
  return path === undefined ? { change, thenMs } : { change, until: { controller: 'nas', path }, thenMs };
}

const go = (place: 'home' | 'cafe' | 'hotel' | 'nowhere', path: Expectation['path'], thenMs?: number) =>
  step({ do: 'go', place }, path, thenMs);
const lose = (stretch: 'lan', loss: 'none' | 'both' | 'outward' | 'inward', path?: Expectation['path']) =>
  step({ do: 'lose', stretch, loss }, path, path === undefined ? 3_000 : 500);

export const stories: readonly Story[] = [
  story(
    'at home, where the LAN is used from the start',
    {},
    [step({ do: 'unrelated-event' }, 'lan', 1_500)],
    [],
  ),
  story(
    'in a café, where the impostor at the NAS’s address is left alone',
    { place: 'cafe' },
    [step({ do: 'unrelated-event' }, 'internet', 3_000)],
    [],
  ),
  story('from home to the café', {}, [go('cafe', 'internet')], ['moved nas internet']),
  story('from the café home', { place: 'cafe' }, [go('home', 'lan')], ['moved nas lan']),
  story(
    'from home to the hotel and back',
    {},
    [go('hotel', 'internet'), go('home', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the cable is pulled with a modem beside it, and plugged in again',
    {},
    [step({ do: 'modem', isOn: true }, 'lan'), go('nowhere', 'internet'), go('home', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the LAN falls silent while it is used, and comes back without an event',
    {},
    [lose('lan', 'both', 'internet'), lose('lan', 'none', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the LAN loses only what leaves the laptop',
    // Its own traffic would arrive, and only WireGuard at the NAS would detect the loss, after 15 s.
    { peerTalks: false },
    [lose('lan', 'outward', 'internet'), lose('lan', 'none', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the LAN loses only what comes back',
    {},
    [lose('lan', 'inward', 'internet'), lose('lan', 'none', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the LAN falls silent while nobody uses it: nobody misses it',
    { talk: 'none' },
    [lose('lan', 'both'), lose('lan', 'none')],
    [],
  ),
  story(
    'the NAS restarts its WireGuard while the laptop is at home',
    { hairpin: false },
    [step({ do: 'restart', site: 0, downMs: 400 }, 'lan', 3_000)],
    ['renewed nas lan'],
  ),
  story(
    'the NAS restarts its WireGuard while the laptop is in the café',
    { place: 'cafe' },
    [step({ do: 'restart', site: 0, downMs: 400 }, 'internet', 3_000)],
    ['renewed nas internet'],
  ),
  story(
    'the NAS is switched off, and on again',
    { place: 'hotel' },
    [
      step({ do: 'controller', site: 0, isUp: false }, 'none', 1_000),
      step({ do: 'controller', site: 0, isUp: true }, 'internet', 4_000),
    ],
    ['lost nas', 'found nas', 'renewed nas internet'],
  ),
  story(
    'no network for a while, then home again',
    { place: 'hotel' },
    [go('nowhere', 'none', 1_000), go('home', 'lan', 2_000)],
    ['lost nas', 'found nas', 'moved nas lan'],
  ),
  story(
    'the Wi-Fi of the café drops for a moment',
    { place: 'cafe' },
    [step({ do: 'replug', pauseMs: 300 }, 'internet', 2_500)],
    [],
  ),
  story(
    'the Wi-Fi at home drops for a moment',
    {},
    [step({ do: 'replug', pauseMs: 300 }, 'lan', 2_500)],
    ['moved nas internet', 'moved nas lan'],
  ),
  story(
    'the helper is killed at home and started again',
    {},
    [step({ do: 'restart-helper', downMs: 1_000 }, 'lan', 2_000)],
    [],
  ),
  story(
    'the NAS has another address on its LAN, and is found by broadcast',
    { discovery: true },
    [step({ do: 'readdress', site: 0, host: otherLanHost }, 'lan', 4_000)],
    ['moved nas lan'],
  ),
  story('somebody asks for a test at home', {}, [step({ do: 'request' }, 'lan', 1_500)], []),
  story(
    'a captive portal in the hotel, until somebody agrees to its terms',
    {},
    [
      step({ do: 'portal', isClosed: true }, 'lan', 0),
      go('hotel', 'none', 1_000),
      step({ do: 'portal', isClosed: false }, 'internet', 2_000),
    ],
    ['moved nas internet', 'lost nas', 'found nas'],
  ),
  story(
    'home’s provider is down for a while',
    { place: 'hotel' },
    [
      step({ do: 'home-uplink', isUp: false }, 'none', 1_000),
      step({ do: 'home-uplink', isUp: true }, 'internet', 2_000),
    ],
    ['lost nas', 'found nas'],
  ),
  story(
    'the default controller is switched off: the names go to the other, and come back',
    // Without the hairpin: which of two endpoints answers first depends on when in a round the controller is back.
    { cast: 'nas-and-vps', hairpin: false },
    [
      {
        change: { do: 'controller', site: 0, isUp: false },
        until: { controller: 'nas', path: 'none' },
        thenMs: 4_000,
      },
      {
        change: { do: 'controller', site: 0, isUp: true },
        until: { controller: 'nas', path: 'lan' },
        thenMs: 4_000,
      },
    ],
    ['lost nas', 'names vps', 'found nas', 'renewed nas lan', 'names nas'],
  ),
  story(
    'without probes the impostor is tried once, and found out',
    { cast: 'nas-without-probe-key', place: 'cafe', talk: 'none' },
    [step({ do: 'replug', pauseMs: 300 }, 'internet', 4_000)],
    ['move-failed nas lan'],
  ),
  story(
    'without probes the LAN is tried after coming home',
    { cast: 'nas-without-probe-key', place: 'hotel' },
    [go('home', 'lan', 1_000)],
    ['moved nas lan'],
  ),
  story(
    'without probes the LAN falls silent, and comes back without an event',
    { cast: 'nas-without-probe-key' },
    [lose('lan', 'both', 'internet'), lose('lan', 'none', 'lan')],
    ['moved nas internet', 'moved nas lan'],
  ),
];

/**
 * How long the tunnel is left alone once it is up, before the story begins: what it did until then depends on the speed
 * of the machine. Without probes it tries the LAN first.
 */
export function settleMs({ cast }: Story): number {
  return cast === 'nas-without-probe-key' ? 5_000 : 1_000;
}

export const storyHosts = { nas: at.private.nas, home: at.internet.home, vps: at.dataCentre.vps } as const;

/** A decision about a path, reduced to what both worlds must agree on. */
export interface StoryDecision {
  readonly kind: string;
  readonly controller: string | null;
  readonly to: string | null;
  readonly path: string | null;
}

/**
 * @returns null if it is no decision about a path, or depends on measured times: a decision to stay is recorded again
 * whenever the measured time in its reason differs, and whether a further address found by broadcast comes before or
 * after the end of a move is chance
 */
export function decisionText({ kind, controller, to, path }: StoryDecision): string | null {
  switch (kind) {
    case 'moved':
    case 'move-failed':
    case 'renewed':
      return `${kind} ${controller} ${path}`;
    case 'lost':
      return `lost ${controller}`;
    case 'found':
      return to === null ? `found ${controller}` : null;
    case 'names-moved':
      return `names ${to}`;
    default:
      return null;
  }
}
