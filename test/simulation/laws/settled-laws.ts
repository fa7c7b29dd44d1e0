import { isLanWorthChoosing } from '../../../shared/paths/hysteresis.ts';
import { isStranger } from '../../../shared/paths/machine/lan-trust.ts';
import { isUnreachable } from '../../../shared/paths/machine/reachability.ts';
import { situationOf } from '../../../shared/paths/machine/state.ts';
import { fartherShare, nearerShare } from '../../../shared/paths/strangers.ts';
import type { KnownController } from '../laptop/laptop.ts';
import { believedEndpoint, type PathDriver } from '../laptop/path-driver.ts';
import { goodQuality } from '../world/network.ts';
import { hostIn } from '../world/tunnel.ts';
import type { World } from '../world/world.ts';
import { LawBroken } from './law.ts';
import { isImpostor, reachable, workingWay } from './reach.ts';

/** The laws that hold once nothing has changed for a while. */

/** Rounds are at most 8 s apart, a lost round costs one more, and WireGuard itself starts a handshake after 15 s. */
const settleMs = 30_000;
/**
 * On an idle tunnel only the age of the session shows that a path is dead: 190 s, checked every 30 s. The same holds where
 * packets of the controller's programs arrive and ours have been lost since before there was an average to compare with.
 */
const idleSettleMs = 270_000;
/** Without probes a path is tried when it is silent, or once in the 30 s between rounds. */
const blindSettleMs = 200_000;

/** A stranger chosen while the internet was silent is left after 16 answers of each, 8 s apart, have been compared. */
const compareMs = 150_000;
/** An average of the last 32 answers, 8 s apart, has forgotten a slow period. */
const forgetMs = 256_000;

/** Close to the threshold it is the averages that decide, and they still hold answers from before the last change. */
const clearlyFartherShare = fartherShare + 0.1;

/** Behind a firewall a controller is found among the neighbours, which are read every 30 s while a LAN is searched. */
const neighboursMs = 40_000;

/** The live interface is read every 30 s. */
const readMs = 31_000;

/** A path of this round trip is never left for a faster one. */
const fastMs = 10;

export interface Settling {
  readonly world: World;
  readonly driver: PathDriver;
  readonly known: KnownController;
  readonly discovery: boolean;
}

/** How long after the last change the best path must be in use. Failed moves wait for the end of their backoff. */
export function settleTimeMs(settling: Settling): number {
  const { world, driver, known } = settling;
  const { nowMs } = world.time;
  const { candidates } = situationOf(driver.state, nowMs);
  const backoffMs = Math.max(0, ...candidates.map(({ retryAtMs }) => retryAtMs - nowMs));
  const showsNothing = world.talk !== 'answered' || world.peerTalks;
  const baseMs = showsNothing && isLeftInSilence(settling) ? idleSettleMs : settleMs;
  const comparedMs = isStrangerInUse(driver) ? compareMs : 0;
  const forgottenMs = isLanAverageHigh(driver) ? forgetMs : 0;
  const foundMs = settling.discovery && world.network.hostFirewall ? neighboursMs : 0;
  const reachedMs = known.knowsProbeKey ? baseMs : Math.max(baseMs, blindSettleMs);
  return backoffMs + comparedMs + forgottenMs + foundMs + reachedMs;
}

export function isStrangerInUse({ state, tunnel }: PathDriver): boolean {
  const own = state.candidates.find((candidate) => candidate.endpoint === tunnel.endpoint);
  return own !== undefined && isStranger(state, own);
}

export function isReachable({ world, driver, known, discovery }: Settling): boolean {
  const { byLan, byInternet } = reachable(world, driver.tunnel.site, known, discovery);
  return byLan || byInternet;
}

/**
 * Whether a relay that passes only handshakes is tried repeatedly, at no cost: nothing else answers, or no probe can tell
 * it from the controller.
 */
export function isLured(settling: Settling): boolean {
  const { world, known } = settling;
  if (world.network.relay?.carries !== 'handshakes') return false;
  return !known.knowsProbeKey || !isInternetKnown(settling);
}

/**
 * Whether a candidate leads to it over the internet: names are resolved again only while the controller is unreachable.
 */
export function isInternetKnown(settling: Settling): boolean {
  return internetMs(settling) < Number.POSITIVE_INFINITY;
}

/** The round trip of the fastest candidate that leads to it over the internet; infinite without one. */
function internetMs({ world, driver }: Settling): number {
  const ways = driver.state.candidates
    .filter((candidate) => candidate.path === 'internet')
    .map((one) => workingWay(world, driver.tunnel.site, hostIn(one.endpoint))?.roundTripMs);
  return Math.min(...ways.map((ms) => ms ?? Number.POSITIVE_INFINITY));
}

/** Whether the controller is reachable, but not by the path in use. */
export function isLeftInSilence({ world, driver, known, discovery }: Settling): boolean {
  const { site, endpoint } = driver.tunnel;
  if (endpoint !== null && workingWay(world, site, hostIn(endpoint)) !== undefined) return false;
  const { byLan, byInternet } = reachable(world, site, known, discovery);
  return byLan || byInternet;
}

export function checkSettled(settling: Settling): void {
  const { world, driver, known, discovery } = settling;
  const { tunnel, state } = driver;
  const { site, endpoint } = tunnel;
  const broken = (what: string): never => {
    const now = `${endpoint} is in use, and it is ${JSON.stringify(state.phase)}`;
    throw new LawBroken('best-path', world.time.nowMs, `${site.name}: ${what}; ${now}`);
  };
  const proof = state.candidates.find((candidate) => candidate.endpoint === endpoint)?.last.verdict;
  if (isImpostor(world, endpoint) && state.phase.is === 'on' && proof === 'verified')
    throw new LawBroken('no-impostor', world.time.nowMs, `${site.name} is thought to be at ${endpoint}`);
  const { byLan, byInternet } = reachable(world, site, known, discovery);
  if (!byLan && !byInternet) return;
  // Handshakes are all that an idle tunnel has: the first packet shows the relay, if pings can be sent.
  const { relay } = endpoint === null ? {} : (world.network.wayTo(hostIn(endpoint)) ?? {});
  const isDetectable = world.talk !== 'none' && known.knowsProbeKey && known.hasTunnelAddress;
  if (relay?.carries === 'handshakes' && !isDetectable) return;
  const way = endpoint === null ? undefined : workingWay(world, site, hostIn(endpoint));
  // A relay that passes handshakes is found again and again, and the name is not resolved meanwhile.
  if (world.network.relay?.carries === 'handshakes' && !byLan && !isInternetKnown(settling)) return;
  if (way === undefined) {
    broken(`it can be reached ${byLan ? 'on the LAN' : 'over the internet'}`);
    return;
  }
  // A relay at the address named by the invite is allowed, unless it is a detour.
  const isRelayed =
    way.relay?.at === 'own-address' || (way.relay !== undefined && known.privateHosts.length === 0);
  const isNoNearer = way.roundTripMs > internetMs(settling) * clearlyFartherShare;
  if (isRelayed && isNoNearer && isSteady(world) && known.knowsProbeKey)
    throw new LawBroken('no-relay', world.time.nowMs, `${site.name} is reached by way of a relay`);
  const isNamed = site.lanHost !== null && known.privateHosts.includes(site.lanHost);
  const isNearer = isNamed || world.network.roundTrips.lan <= way.roundTripMs * nearerShare;
  if (byLan && way.seen !== 'home' && known.knowsProbeKey && isLanGood(world) && isNearer)
    broken('the LAN works');
  const isTrialFair = isNamed && isSteady(world) && world.talk === 'answered';
  if (byLan && way.seen !== 'home' && !known.knowsProbeKey && isTrialFair)
    broken('the LAN works, as a trial would show');
  if (isFollowedUnread(settling)) return;
  if (believedEndpoint(state) !== endpoint) broken(`${believedEndpoint(state)} is thought to be in use`);
  // Sent packets go unanswered, and no probe can tell: there is no evidence for the path.
  const isUntold =
    (!known.knowsProbeKey && world.talk === 'unanswered') || isHopeless(world) || isUnjudgeable(world);
  if (isUnreachable(state) && !isUntold) broken('it is called lost');
  // Handshakes are lost by chance on such a path: eight in a row in one life of some hundred thousand.
  if (isHopeless(world)) return;
  if (tunnel.isSending && world.talk === 'answered' && !tunnel.isHearing) broken('nothing comes back');
}

/** After a slow period the average of the LAN takes a while to fall: until then it counts as a detour. */
function isLanAverageHigh({ state, tunnel }: PathDriver): boolean {
  const own = state.candidates.find((candidate) => candidate.endpoint === tunnel.endpoint)?.proof;
  // A stranger that is no nearer than the path in use is not chosen, whatever its average.
  const lans = state.candidates.flatMap((candidate) =>
    candidate.path === 'lan' &&
    candidate.last.verdict === 'verified' &&
    candidate.proof !== null &&
    !isStranger(state, candidate)
      ? [candidate.proof]
      : [],
  );
  if (own == null || lans.length === 0) return false;
  return lans.every((lan) => !isLanWorthChoosing(lan.smoothedMs, own.smoothedMs));
}

function isLanGood({ network }: World): boolean {
  return network.qualities.lan === goodQuality && network.qualities.internet.lossShare === 0;
}

/** Whether moves under the current conditions would be the machine's fault, and not chance. */
export function isOscillationJudged(world: World): boolean {
  return !isHopeless(world) && !isUnjudgeable(world);
}

/** Every third probe is lost: what is known about such a path changes by chance. */
function isHopeless({ network }: World): boolean {
  return network.qualities.lan.lossShare >= 0.1 || network.qualities.internet.lossShare >= 0.1;
}

/** Nothing is received unprompted, and answers to probes are late: every suspicion is equally likely. */
function isUnjudgeable(world: World): boolean {
  return world.talk === 'unanswered' && !isSteady(world);
}

function isSteady({ network }: World): boolean {
  return network.qualities.lan === goodQuality && network.qualities.internet === goodQuality;
}

/** Whether WireGuard followed the controller by itself, which the next reading of the interface shows. */
function isFollowedUnread({ world, driver }: Settling): boolean {
  return world.time.nowMs - driver.tunnel.followedAtMs < readMs;
}

/** Whether nothing that the laptop could find out would make it choose another path. */
export function nothingCouldBeBetter(settling: Settling): boolean {
  const { world, driver, known } = settling;
  const { tunnel } = driver;
  if (!known.knowsProbeKey || !isSteady(world) || world.talk === 'unanswered') return false;
  // It is compared with the internet until it is known in this network.
  if (isStrangerInUse(driver) || isFollowedUnread(settling)) return false;
  const way = tunnel.endpoint === null ? undefined : workingWay(world, tunnel.site, hostIn(tunnel.endpoint));
  if (way === undefined) return false;
  // After a slow period its average takes a while to fall: until then another path could be faster.
  const own = driver.state.candidates.find((candidate) => candidate.endpoint === tunnel.endpoint);
  if (way.seen === 'home' && (own?.proof?.smoothedMs ?? 0) >= fastMs) return false;
  // Without a LAN there is nothing to look for; on a fast LAN there is nothing better.
  return way.seen === 'home' || world.network.place === 'nowhere';
}

/**
 * @param probes the number of probes sent since the path had settled
 * @param moves the number of path changes since then
 */
export function checkQuiet(settling: Settling, probes: number, moves: number): void {
  const { world, driver } = settling;
  const { name } = driver.tunnel.site;
  if (nothingCouldBeBetter(settling) && probes > 0)
    throw new LawBroken('quiet', world.time.nowMs, `${name} was sent ${probes} probes`);
  const allowed = isSteady(world) && settling.known.knowsProbeKey ? 0 : 2;
  if (isReachable(settling) && !isLured(settling) && moves > allowed && isOscillationJudged(world))
    throw new LawBroken('no-oscillation', world.time.nowMs, `the path to ${name} changed ${moves} times`);
}
