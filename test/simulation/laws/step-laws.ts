import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { PathEffect } from '../../../shared/paths/machine/effects.ts';
import { scheduleOf } from '../../../shared/paths/machine/probe-round.ts';
import { isAtRest, type PathState, situationOf } from '../../../shared/paths/machine/state.ts';
import { nextProbeDelayMs } from '../../../shared/paths/probe-schedule.ts';
import type { LaptopObserver } from '../laptop/laptop.ts';
import { believedEndpoint, type ObservedStep, type PathDriver } from '../laptop/path-driver.ts';
import type { Site } from '../world/network.ts';
import { endpointAt } from '../world/prober.ts';
import { hostIn } from '../world/tunnel.ts';
import type { World } from '../world/world.ts';
import { LawBroken } from './law.ts';
import { attachmentOf, isImpostor, workingWay } from './reach.ts';

/** The laws that each single step must keep. */

type EndpointEffect = Extract<PathEffect, { do: 'move' | 'set' | 'reapply' | 'renegotiate' }>;

/** A machine learns of a change after at most this time. */
const unheardMs = 400;
const maxProbesPerSecond = 20;
/** While the world stays as it is. */
const maxEffectsPerSecond = 8;
/** Virtual time stands still while a machine repeatedly asks to be woken at once. */
const maxStepsAtOnce = 100;
/** Of all sources together: invite, names, discovery, memory, the live interface. */
const maxCandidates = 16;
const harmless: ReadonlySet<PathEffect['do']> = new Set(['cancel-probe', 'release-slot']);

interface Watched {
  /** Where each endpoint was last verified: the link, and the number of its network. */
  readonly proofs: Map<Endpoint, string>;
  readonly effectTimes: number[];
  /** Effects that set another endpoint since the last change of the world. */
  moves: number;
  steps: number;
  lastStepMs: number;
}

export interface Recorded {
  readonly atMs: number;
  readonly controller: string;
  readonly decision: Extract<PathEffect, { do: 'record' }>['decision'];
}

export class StepLaws implements LaptopObserver {
  readonly decisions: Recorded[] = [];
  readonly namesMoves: { readonly atMs: number; readonly via: string; readonly reason: string }[] = [];
  readonly probes = new Map<Site, number>();
  readonly #world: World;
  readonly #watched = new Map<PathDriver, Watched>();
  readonly #probeTimes = new Map<Site, number[]>();

  constructor(world: World) {
    this.#world = world;
  }

  stepped(driver: PathDriver, step: ObservedStep): void {
    const { time } = this.#world;
    const { before, event, after, effects } = step;
    const broken = (law: ConstructorParameters<typeof LawBroken>[0], what: string): never => {
      throw new LawBroken(law, time.nowMs, `${driver.tunnel.site.name}, at ${event.type}: ${what}`);
    };
    const watched = this.#watch(driver);
    watched.steps = watched.lastStepMs === time.nowMs ? watched.steps + 1 : 1;
    watched.lastStepMs = time.nowMs;
    if (watched.steps > maxStepsAtOnce) broken('no-hot-loop', `${watched.steps} steps in the same moment`);
    if (before.phase.is === 'stopped' || event.type === 'stopped') {
      const done = effects.filter((effect) => before.phase.is === 'stopped' || !harmless.has(effect.do));
      if (done.length > 0) broken('nothing-after-stop', done.map((effect) => effect.do).join(', '));
      if (after.phase.is !== 'stopped') broken('nothing-after-stop', `it is ${after.phase.is}`);
    }
    if (event.type === 'probed' && event.outcome.verdict === 'verified')
      this.#prove(watched, endpointAt(event.outcome.from.host));
    const changes = effects.filter(isEndpointEffect);
    if (changes.length > 0 && changes.length + step.underWay > 1)
      broken('one-effect', `${changes.map((change) => change.do)} with ${step.underWay} under way`);
    for (const change of changes) {
      this.#checkChange(driver, watched, after, change, broken);
    }
    this.#record(driver, effects);
    const [from, to] = [believedEndpoint(before), believedEndpoint(after)];
    const isRecorded = effects.some((effect) => effect.do === 'record' && effect.decision.to === to);
    if (from !== to && event.type !== 'started' && event.type !== 'stopped' && !isRecorded)
      broken('recorded', `${from} became ${to} without a word`);
    if (!isLookScheduled(after, time.nowMs)) broken('scheduled', `it rests at ${to}, and no round is due`);
    if (after.candidates.length > maxCandidates)
      broken('bounded', `it knows ${after.candidates.map(({ endpoint }) => endpoint).join(' ')}`);
  }

  probeSent(site: Site): void {
    const { nowMs } = this.#world.time;
    this.probes.set(site, (this.probes.get(site) ?? 0) + 1);
    const times = lastSecond(this.#probeTimes.get(site) ?? [], nowMs);
    this.#probeTimes.set(site, times);
    if (times.length > maxProbesPerSecond)
      throw new LawBroken('probe-rate', nowMs, `${site.name} was sent ${times.length}`);
  }

  namesMoved(via: string, reason: string): void {
    this.namesMoves.push({ atMs: this.#world.time.nowMs, via, reason });
  }

  /** The world changed: paths may change as well. */
  worldChanged(): void {
    for (const watched of this.#watched.values()) {
      watched.moves = 0;
      watched.effectTimes.length = 0;
    }
  }

  movesOf(driver: PathDriver): number {
    return this.#watch(driver).moves;
  }

  #watch(driver: PathDriver): Watched {
    let watched = this.#watched.get(driver);
    if (watched === undefined) {
      watched = { proofs: new Map(), effectTimes: [], moves: 0, steps: 0, lastStepMs: 0 };
      this.#watched.set(driver, watched);
    }
    return watched;
  }

  #prove({ proofs }: Watched, endpoint: Endpoint): void {
    const attachment = attachmentOf(this.#world, endpoint);
    if (attachment !== null) proofs.set(endpoint, attachment);
  }

  #isProven({ proofs }: Watched, endpoint: Endpoint): boolean {
    const attachment = attachmentOf(this.#world, endpoint);
    return attachment !== null && proofs.get(endpoint) === attachment;
  }

  #record(driver: PathDriver, effects: readonly PathEffect[]): void {
    for (const effect of effects) {
      if (effect.do !== 'record') continue;
      const { nowMs } = this.#world.time;
      const controller = driver.tunnel.site.name;
      this.decisions.push({ atMs: nowMs, controller, decision: effect.decision });
    }
  }

  #checkChange(
    driver: PathDriver,
    watched: Watched,
    state: PathState,
    change: EndpointEffect,
    broken: (law: ConstructorParameters<typeof LawBroken>[0], what: string) => never,
  ): void {
    const { time, lastAttachmentMs } = this.#world;
    const times = lastSecond(watched.effectTimes, time.nowMs);
    watched.effectTimes.splice(0, watched.effectTimes.length, ...times);
    if (times.length > maxEffectsPerSecond) broken('no-hot-loop', `${times.length} effects in a second`);
    if (change.do !== 'move' && change.do !== 'set') return;
    if (change.order.to !== change.order.from) watched.moves += 1;
    // A controller that never answered a probe may not know the probe key: then only the tunnel can prove it.
    const isTrial = state.phase.is === 'moving' && state.phase.isTrial && !state.everAnswered;
    if (isTrial || time.nowMs - lastAttachmentMs < unheardMs) return;
    const { to } = change.order;
    if (isImpostor(this.#world, to)) broken('no-impostor', `${to} is chosen`);
    if (this.#isProven(watched, to)) return;
    if (state.candidates.some((candidate) => candidate.endpoint === to && candidate.path === 'lan'))
      broken('verified-first', `${to} on the LAN is chosen, which did not prove itself there`);
    const better = situationOf(state, time.nowMs).candidates.find(
      ({ endpoint, last, usable, retryAtMs, isStranger }) =>
        endpoint !== to &&
        !isStranger &&
        last.verdict === 'verified' &&
        usable &&
        retryAtMs <= time.nowMs &&
        this.#isProven(watched, endpoint) &&
        workingWay(this.#world, driver.tunnel.site, hostIn(endpoint)) !== undefined,
    );
    if (better !== undefined) broken('verified-first', `${to} is chosen while ${better.endpoint} works`);
  }
}

function isEndpointEffect(effect: PathEffect): effect is EndpointEffect {
  return (
    effect.do === 'move' || effect.do === 'set' || effect.do === 'reapply' || effect.do === 'renegotiate'
  );
}

/** Until the first round after an event has ended, that round is pending. */
function isLookScheduled(state: PathState, nowMs: number): boolean {
  const { phase, round, roundsSinceEvent, nextRoundAtMs } = state;
  if (!isAtRest(phase) || round.is !== 'idle' || roundsSinceEvent === 0 || nextRoundAtMs !== null)
    return true;
  return nextProbeDelayMs(situationOf(state, nowMs), scheduleOf(state)) === null;
}

/** Virtual times are sums of fractions: rounding may make two that are a second apart appear closer. */
const roundingMs = 0.001;

/** The times within the last second, including now. */
function lastSecond(times: readonly number[], nowMs: number): number[] {
  return [...times.filter((atMs) => atMs > nowMs - 1_000 + roundingMs), nowMs];
}
