import { randomFrom } from '../../unit/support/make-candidates.ts';
import { type KnownController, Laptop } from '../laptop/laptop.ts';
import { believedEndpoint } from '../laptop/path-driver.ts';
import { StepLaws } from '../laws/step-laws.ts';
import { shippedMachine } from '../lives.ts';
import { type SiteStart, World } from '../world/world.ts';
import { decisionText, type Expectation, type Story, settleMs, storyHosts } from './stories.ts';

/** Runs a story in virtual time, with the round trips of the lab. */

interface Member {
  readonly site: SiteStart;
  readonly known: KnownController;
}

/** As in the lab: waits are generous, but end. */
const patienceMs = 40_000;
const lookMs = 50;

function membersOf({ cast }: Story): readonly Member[] {
  const nas: Member = {
    site: {
      name: 'nas',
      lanHost: storyHosts.nas,
      linkLocalHost: 'fe80::10',
      publicHost: storyHosts.home,
    },
    known: {
      privateHosts: [storyHosts.nas],
      publicHosts: [storyHosts.home],
      isNamed: false,
      knowsProbeKey: cast !== 'nas-without-probe-key',
      hasTunnelAddress: true,
    },
  };
  const vps: Member = {
    site: { name: 'vps', lanHost: null, linkLocalHost: null, publicHost: storyHosts.vps },
    known: {
      privateHosts: [],
      publicHosts: [storyHosts.vps],
      isNamed: false,
      knowsProbeKey: true,
      hasTunnelAddress: true,
    },
  };
  return cast === 'nas-and-vps' ? [nas, vps] : [nas];
}

/** @returns every decision about a path, in order @throws LawBroken, or Error if an expected event does not come */
export function liveStory(story: Story): readonly string[] {
  const members = membersOf(story);
  const world = new World(
    {
      seed: 1,
      sites: members.map(({ site }) => site),
      roundTrips: { lan: 0.5, hairpin: 1, internet: 40, modem: 40, vpnDetour: 15 },
      place: story.place,
      modem: false,
      hairpin: story.hairpin,
      talk: story.talk,
      packetMs: 20,
      // The lab uses wireguard-go.
      countsAll: false,
      peerTalks: story.talk === 'answered' && story.peerTalks,
    },
    randomFrom(1),
  );
  const laws = new StepLaws(world);
  const known = members.map((member) => member.known);
  const laptop = new Laptop({
    world,
    machine: shippedMachine,
    known,
    discovery: story.discovery,
    observer: laws,
  });
  const { time } = world;
  laptop.up();
  waitFor(laptop, world, { controller: 'nas', path: story.place === 'home' ? 'lan' : 'internet' });
  time.runUntil(time.nowMs + settleMs(story));
  const startMs = time.nowMs;
  for (const { change, until, thenMs } of story.steps) {
    laws.worldChanged();
    laptop.apply(change);
    if (until !== undefined) waitFor(laptop, world, until);
    time.runUntil(time.nowMs + thenMs);
  }
  laptop.down();
  return decisionsOf(laws, startMs);
}

function waitFor(laptop: Laptop, world: World, { controller, path }: Expectation): void {
  const { time } = world;
  const untilMs = time.nowMs + patienceMs;
  while (time.nowMs < untilMs) {
    time.runUntil(time.nowMs + lookMs);
    if (!laptop.isRunning) continue;
    const driver = laptop.drivers.find(({ tunnel }) => tunnel.site.name === controller);
    if (driver === undefined) continue;
    const { state } = driver;
    const { reachability } = state;
    const candidate = state.candidates.find(({ endpoint }) => endpoint === believedEndpoint(state));
    const isReached = reachability.is === 'reachable' && state.phase.is === 'on' && candidate?.path === path;
    if (path === 'none' ? reachability.is === 'unreachable' && reachability.isAnnounced : isReached) return;
  }
  throw new Error(`not within ${patienceMs} ms: ${controller} is reached by ${path}`);
}

function decisionsOf({ decisions, namesMoves }: StepLaws, startMs: number): readonly string[] {
  const paths = decisions.map(({ atMs, controller, decision }) => ({
    atMs,
    text: decisionText({
      kind: decision.kind,
      controller,
      to: decision.to ?? null,
      path: decision.path ?? null,
    }),
  }));
  const names = namesMoves.map(({ atMs, via }) => ({ atMs, text: `names ${via}` }));
  return [...paths, ...names]
    .filter(({ atMs }) => atMs > startMs)
    .sort((a, b) => a.atMs - b.atMs)
    .flatMap(({ text }) => (text === null ? [] : [text]));
}
