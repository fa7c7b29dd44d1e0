import { maxWatchMs, proofMs, sessionBytes } from '../../../helper/paths/session-watch.ts';
import { withoutZone } from '../../../shared/addresses/zone.ts';
import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { KnownEndpoint } from '../../../shared/paths/machine/candidates.ts';
import type { PathEffect } from '../../../shared/paths/machine/effects.ts';
import type { PathEvent, TunnelVerdict } from '../../../shared/paths/machine/events.ts';
import type { NeighbourEntry } from '../../../shared/paths/machine/neighbour-entries.ts';
import { initialState, type PathState } from '../../../shared/paths/machine/state.ts';
import { areOnlyInitiations, keepaliveBytes } from '../../../shared/paths/message-sizes.ts';
import type { Route, SourceAddress } from '../../../shared/paths/route.ts';
import { EndpointChanges } from '../world/endpoint-changes.ts';
import type { Prober } from '../world/prober.ts';
import { hostIn, type Tunnel, type TunnelCounters } from '../world/tunnel.ts';
import type { Timer } from '../world/virtual-time.ts';
import type { World } from '../world/world.ts';
import type { Machine } from './machine.ts';
import type { NearbyLook } from './nearby-look.ts';

/** Carries out one controller's effects in the simulated world and reports their ends, as the helper's driver does. */

export interface DriverParts {
  readonly world: World;
  readonly machine: Machine;
  readonly tunnel: Tunnel;
  readonly prober: Prober;
  readonly knowsProbeKey: boolean;
  /** Its address inside the tunnel is known. */
  readonly hasTunnelAddress: boolean;
  /** The addresses that the controller's endpoints resolve to now. */
  readonly resolve: () => readonly KnownEndpoint[];
  readonly nearby: Pick<NearbyLook, 'network' | 'discovering' | 'reached'>;
  readonly requestSlot: (isUrgent: boolean, grant: () => void) => void;
  readonly releaseSlot: () => void;
  readonly observer: DriverObserver;
}

/** Observes every step, and each effect on the endpoint from start to end. */
export interface DriverObserver {
  stepped(driver: PathDriver, step: ObservedStep): void;
}

export interface ObservedStep {
  readonly before: PathState;
  readonly event: PathEvent;
  readonly after: PathState;
  readonly effects: readonly PathEffect[];
  /** The number of effects on the endpoint in progress when this event came. */
  readonly underWay: number;
}

const linkKinds = { eth0: 'lan', wwan0: 'point-to-point', tun0: 'tunnel' } as const;
const lookUpMs = 6;
const resolveMs = 15;
const waysOutMs = 1;
const sessionLookMs = 100;

export class PathDriver {
  readonly tunnel: Tunnel;
  readonly knowsProbeKey: boolean;
  remembered: KnownEndpoint | undefined;
  readonly #parts: DriverParts;
  readonly #changes: EndpointChanges;
  #state: PathState;
  #wake: Timer | undefined;
  #cancelProbe: (() => void) | undefined;
  #underWay = 0;
  #isStopped = false;
  #isKilled = false;

  constructor(parts: DriverParts, remembered: KnownEndpoint | undefined) {
    const { world, tunnel } = parts;
    this.#parts = parts;
    this.tunnel = tunnel;
    this.knowsProbeKey = parts.knowsProbeKey;
    this.remembered = remembered;
    const known = remembered === undefined ? parts.resolve() : [remembered, ...parts.resolve()];
    this.#state = initialState({ port: 51_820, known, hasTunnelAddress: parts.hasTunnelAddress });
    this.#changes = new EndpointChanges({
      time: world.time,
      tunnel,
      random: world.random,
      weather: () => world.weather,
      isStopped: () => this.#isStopped,
      isKilled: () => this.#isKilled,
    });
  }

  get state(): PathState {
    return this.#state;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  handle(event: PathEvent): void {
    const { world, machine, observer } = this.#parts;
    const { nowMs } = world.time;
    const before = this.#state;
    const [after, effects] = machine.step(before, event, nowMs);
    this.#state = after;
    observer.stepped(this, { before, event, after, effects, underWay: this.#underWay });
    for (const effect of effects) this.#perform(effect);
    this.#setWake();
  }

  /** Starts nothing new; effects in progress end by themselves, and are still reported. */
  stop(): void {
    this.#isStopped = true;
    this.handle({ type: 'stopped' });
    this.#cancelProbe?.();
  }

  /** Kills the process: its timers and pending results die with it. */
  kill(): void {
    this.#isStopped = true;
    this.#isKilled = true;
    this.#cancelProbe?.();
    this.#parts.world.time.cancel(this.#wake);
  }

  #setWake(): void {
    const { world, machine } = this.#parts;
    const { time } = world;
    const atMs = machine.wakeAtMs(this.#state);
    if (this.#wake !== undefined && !this.#wake.isCancelled && this.#wake.atMs === atMs) return;
    time.cancel(this.#wake);
    this.#wake = atMs === null ? undefined : time.after(atMs - time.nowMs, () => this.#woken());
  }

  #woken(): void {
    this.#wake = undefined;
    this.handle({ type: 'wake' });
  }

  #later(delayMs: number, event: () => PathEvent): void {
    // Late results also reach a machine that has stopped.
    this.#parts.world.time.after(delayMs, () => {
      if (!this.#isKilled) this.handle(event());
    });
  }

  #perform(effect: PathEffect): void {
    switch (effect.do) {
      case 'look-up':
        this.#lookUp(effect);
        return;
      case 'request-slot':
        this.#parts.requestSlot(effect.isUrgent, () => {
          if (!this.#isKilled) this.handle({ type: 'slot-granted' });
        });
        return;
      case 'release-slot':
        this.#parts.releaseSlot();
        return;
      case 'probe':
        this.#probe(effect);
        return;
      case 'cancel-probe':
        this.#cancelProbe?.();
        this.#cancelProbe = undefined;
        return;
      case 'move':
      case 'set':
      case 'reapply':
      case 'renegotiate':
        this.#changeEndpoint(effect);
        return;
      case 'check-session':
        this.#checkSession(effect.check, effect.watchMs);
        return;
      case 'test-tunnel':
        this.#testTunnel(effect.check, effect.timeoutMs);
        return;
      case 'remember':
        this.remembered = { endpoint: effect.endpoint, path: effect.path, source: 'remembered' };
        this.#parts.nearby.reached(this.tunnel.site.name, this.#state);
        return;
      case 'record':
        return;
    }
  }

  #lookUp(effect: Extract<PathEffect, { do: 'look-up' }>): void {
    switch (effect.what) {
      case 'routes':
        this.#later(lookUpMs, () => ({ type: 'routes', routes: this.#routes() }));
        return;
      case 'network':
        this.#later(lookUpMs, () => ({
          type: 'network',
          routes: this.#routes(),
          ...this.#parts.nearby.network(this.tunnel.site.name),
        }));
        return;
      case 'neighbours':
        this.#later(lookUpMs, () => ({ type: 'neighbours', entries: this.#neighbours() }));
        return;
      case 'dns':
        this.#later(resolveMs, () => ({ type: 'resolved', known: this.#parts.resolve() }));
        return;
      case 'source-addresses': {
        const { hosts, removed } = effect;
        this.#later(waysOutMs, () => ({
          type: 'source-addresses',
          sources: this.#sourceAddresses(hosts),
          removed,
        }));
        return;
      }
    }
  }

  #neighbours(): readonly NeighbourEntry[] {
    const { network } = this.#parts.world;
    return this.#state.candidates.flatMap(({ endpoint }) => {
      const host = hostIn(endpoint);
      const route = network.routeTo(host);
      if (route === undefined || !route.onLink || route.device !== 'eth0') return [];
      const address = withoutZone(host);
      return [{ address, device: route.device, mac: network.macOnLan(host) }];
    });
  }

  #routes(): Readonly<Record<string, Route>> {
    const { network } = this.#parts.world;
    const routes: Record<string, Route> = {};
    for (const { endpoint } of this.#state.candidates) {
      const host = hostIn(endpoint);
      const route = network.routeTo(host);
      const linkKind = route === undefined ? null : linkKinds[route.device];
      if (route !== undefined) routes[withoutZone(host)] = { ...route, linkKind, usable: true };
    }
    return routes;
  }

  #sourceAddresses(hosts: readonly string[]): Readonly<Record<string, SourceAddress>> {
    const { network } = this.#parts.world;
    const ways: Record<string, SourceAddress> = {};
    for (const host of hosts) {
      const route = network.routeTo(host);
      if (route !== undefined) ways[host] = { source: route.source, device: route.device };
    }
    return ways;
  }

  #probe({ round, targets, timing }: Extract<PathEffect, { do: 'probe' }>): void {
    const { prober, tunnel, knowsProbeKey, nearby } = this.#parts;
    if (targets.some(({ kind }) => kind !== 'unicast')) nearby.discovering();
    this.#cancelProbe = prober.probe({
      site: tunnel.site,
      knowsProbeKey,
      targets,
      timing,
      onOutcome: (outcome, index) => this.handle({ type: 'probed', round, index, outcome }),
      onEnd: () => this.handle({ type: 'round-ended', round }),
    });
  }

  #changeEndpoint(change: Extract<PathEffect, { do: 'move' | 'set' | 'reapply' | 'renegotiate' }>): void {
    const { effect } = change;
    this.#underWay += 1;
    const end = (event: PathEvent): void => {
      this.#underWay -= 1;
      if (!this.#isKilled) this.handle(event);
    };
    const failed = (error: string): void => end({ type: 'effect-failed', effect, error });
    switch (change.do) {
      case 'move':
        this.#changes.move(change.order, {
          done: (outcome) => end({ type: 'move-ended', effect, outcome }),
          failed,
        });
        return;
      case 'set':
        this.#changes.set(change.order, {
          done: (outcome) => end({ type: 'move-ended', effect, outcome }),
          failed,
        });
        return;
      case 'reapply':
        this.#changes.reapply(change.endpoint, {
          done: () => end({ type: 'reapplied', effect }),
          failed,
        });
        return;
      case 'renegotiate':
        this.#changes.renegotiate(change.endpoint, {
          done: () => {
            end({ type: 'renegotiated', effect });
            this.#judge(effect);
          },
          failed,
        });
        return;
    }
  }

  /** Whether data was sent and none received for that long; see helper/paths/session-watch.ts. */
  #checkSession(check: number, watchMs: number): void {
    const { time } = this.#parts.world;
    const before = this.tunnel.read();
    const startMs = time.nowMs;
    const end = (silentMs: number | null): void => {
      if (!this.#isKilled) this.handle({ type: 'session-checked', check, silentMs });
    };
    const look = (): void => {
      const now = this.tunnel.read();
      const passedMs = time.nowMs - startMs;
      if (!this.tunnel.hasSession || hasAnswered(before, now)) {
        end(null);
        return;
      }
      if (now.sentBytes - before.sentBytes > keepaliveBytes && passedMs >= watchMs) {
        end(passedMs);
        return;
      }
      if (passedMs >= maxWatchMs) {
        end(null);
        return;
      }
      time.after(sessionLookMs, look);
    };
    time.after(sessionLookMs, look);
  }

  /** Sends pings, and waits for anything to be received; see helper/paths/session-watch.ts. */
  #testTunnel(check: number, timeoutMs: number): void {
    const { time } = this.#parts.world;
    const before = this.tunnel.read();
    const startMs = time.nowMs;
    const end = (verdict: TunnelVerdict): void => {
      if (!this.#isKilled) this.handle({ type: 'tunnel-tested', check, verdict });
    };
    const look = (): void => {
      if (this.#isStopped) return;
      const now = this.tunnel.read();
      const isReset = now.receivedBytes < before.receivedBytes;
      if (!this.tunnel.hasSession || isReset) end('no-session');
      else if (hasAnswered(before, now)) end('received');
      else if (time.nowMs - startMs < timeoutMs) time.after(sessionLookMs, look);
      else end(now.sentBytes - before.sentBytes > keepaliveBytes ? 'silent' : 'idle');
    };
    if (this.tunnel.hasSession && this.#parts.hasTunnelAddress) this.tunnel.poke();
    time.after(sessionLookMs, look);
  }

  /** Whether more than the handshake itself is received in the new session. */
  #judge(effect: number): void {
    const { time } = this.#parts.world;
    const startMs = time.nowMs;
    const look = (): void => {
      if (this.#isStopped) return;
      const received = this.tunnel.read().receivedBytes;
      const answered = received > sessionBytes && !areOnlyInitiations(received);
      const isOver = answered || time.nowMs - startMs >= proofMs;
      if (isOver) this.handle({ type: 'renegotiation-judged', effect, answered });
      else time.after(sessionLookMs, look);
    };
    time.after(sessionLookMs, look);
  }
}

/** As in helper/paths/session-watch.ts. */
function hasAnswered(before: TunnelCounters, now: TunnelCounters): boolean {
  const received = now.receivedBytes - before.receivedBytes;
  return received !== 0 && !areOnlyInitiations(received);
}

/** The endpoint that the machine believes to be in use; null if it knows of none. */
export function believedEndpoint({ phase }: PathState): Endpoint | null {
  switch (phase.is) {
    case 'nowhere':
    case 'stopped':
      return null;
    case 'on':
    case 'stranded':
      return phase.endpoint;
    case 'moving':
      return phase.from.is === 'nowhere' ? null : phase.from.endpoint;
    case 'renegotiating':
    case 'reapplying':
      return phase.on.endpoint;
  }
}
