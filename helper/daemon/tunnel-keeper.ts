import type { RouteRequest, TunnelRequest } from '../../shared/contract/requests.ts';
import type { TunnelStatus } from '../../shared/contract/status.ts';
import { HomingError, type Problem, problemOf } from '../../shared/errors/problem.ts';
import { publicKeyOf } from '../../shared/keys/probe-key.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { dnsPlan } from '../../shared/plan/dns-plan.ts';
import { countNames, hostEntries } from '../../shared/plan/host-names.ts';
import { refuseUnsafeProfile } from '../../shared/plan/refusals.ts';
import { type TunnelPlan, tunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import {
  connectedTo,
  disconnectedFrom,
  failed,
  keptThroughRestart,
  portInUse as portInUseReason,
} from '../../shared/timeline/tunnel-reasons.ts';
import type { Gate } from '../approval/admission.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import type { Journal } from '../journal/journal.ts';
import type { PathKeeper, PathKeeperFactory } from '../paths/path-keeper.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import { connectedStatus, journalEntryOf, type LiveTunnel, liveTunnel } from './live-tunnel.ts';
import { notConnected } from './not-connected.ts';
import type { Recovered } from './recovery.ts';
import { RouteKeeper } from './route-keeper.ts';
import type { TunnelDns } from './tunnel-dns.ts';

type State =
  | { readonly state: 'off' }
  | { readonly state: 'connecting' | 'disconnecting'; readonly network: string; readonly since: string }
  | { readonly state: 'failed'; readonly network: string; readonly since: string; readonly problem: Problem }
  | { readonly state: 'connected'; readonly live: LiveTunnel };

export interface KeeperParts {
  readonly journal: Journal;
  readonly system: TunnelSystem;
  readonly timeline: Timeline;
  readonly hosts: HostsFile;
  readonly dns: TunnelDns;
  readonly paths: PathKeeperFactory;
  readonly now: () => number;
}

/**
 * Keeps the one tunnel: brings it up and down in order, journals before each change, writes the names.
 * Calls are carried out one after the other.
 */
export class TunnelKeeper {
  readonly #parts: KeeperParts;
  readonly #listeners = new Set<() => void>();
  #state: State = { state: 'off' };
  readonly #turns = new SerialQueue();
  /** The interface whose removal was incomplete; the next up or down tries again. */
  #unremoved: string | undefined;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Called whenever {@link status} may have changed. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The live tunnel, if there is one. */
  get live(): LiveTunnel | undefined {
    return this.#state.state === 'connected' ? this.#state.live : undefined;
  }

  /**
   * Brings a tunnel up, replacing the current one. What is refused is refused before the old tunnel is touched. Checking,
   * connecting and recording are one turn: of two requests at once, the second is checked against what the first left.
   * @throws HomingError
   */
  connect(request: TunnelRequest, gate: Gate): Promise<void> {
    return this.#turns.run(async () => {
      gate.check();
      refuseUnsafeProfile(request.profile);
      const plan = tunnelPlan(request.profile);
      this.#refuseStranger(plan.interfaceName);
      await this.#takeDown();
      await this.#bringUp(request.profile, plan, request.privateKey);
      gate.connected();
    });
  }

  /** Takes the tunnel down with everything that belongs to it; does nothing without a tunnel. */
  disconnect(): Promise<void> {
    return this.#turns.run(() => this.#takeDown());
  }

  /** Adopts a tunnel that an earlier helper had brought up. */
  adopt(recovered: Extract<Recovered, { found: 'tunnel' }>): Promise<void> {
    return this.#turns.run(async () => {
      const { entry, privateKey, listenPort } = recovered;
      const plan = tunnelPlan(entry.profile);
      const live = liveTunnel(entry.profile, plan, privateKey, {
        listenPort,
        since: entry.since,
        adopted: true,
        routes: this.#makeRoutes(entry.profile, plan),
        paths: this.#makePaths(entry.profile, plan, privateKey, entry.hostsVia),
      });
      live.hostsVia = entry.hostsVia;
      this.#become({ state: 'connected', live });
      await this.#writeNames(live);
      live.dns = await this.#parts.dns.apply(entry.profile);
      await live.routes.start();
      await live.paths.start();
      this.#parts.timeline.add({ kind: 'adopted', reason: keptThroughRestart });
    });
  }

  async status(): Promise<TunnelStatus> {
    const state = this.#state;
    if (state.state !== 'connected') return state;
    const { live } = state;
    return connectedStatus(live, await this.#parts.system.read(live.plan.interfaceName));
  }

  /** Routes a sleeping range through the tunnel, or reverts that. @throws HomingError */
  setRoute({ range, takeOver }: RouteRequest): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#state.state !== 'connected') throw notConnected('There is no route to change');
      await this.#state.live.routes.takeOver(range, takeOver);
    });
  }

  #become(state: State): void {
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #timeNow(): string {
    return new Date(this.#parts.now()).toISOString();
  }

  #refuseStranger(interfaceName: string): void {
    const ours = this.#state.state === 'connected' && this.#state.live.plan.interfaceName === interfaceName;
    if (ours || this.#unremoved === interfaceName || !this.#parts.system.exists(interfaceName)) return;
    throw new HomingError({
      code: 'interface-taken',
      title: 'The interface name is in use',
      cause: `${interfaceName} exists already and was not made by Homing.`,
      remedy: `Remove it (${this.#parts.system.removalHint(interfaceName)}) if nothing needs it, then connect again.`,
    });
  }

  #makePaths(profile: Profile, plan: TunnelPlan, privateKey: PrivateKey, namesVia: string): PathKeeper {
    return this.#parts.paths({
      profile,
      plan,
      privateKey,
      onChange: () => this.#changed(),
      namesVia,
      useNamesVia: (controller, reason) => this.#moveNames(controller, reason),
    });
  }

  #makeRoutes(profile: Profile, plan: TunnelPlan): RouteKeeper {
    const { system, timeline } = this.#parts;
    const nameServers = dnsPlan(profile)?.servers ?? [];
    return new RouteKeeper({ system, timeline, plan, nameServers, onChange: () => this.#changed() });
  }

  async #bringUp(profile: Profile, plan: TunnelPlan, privateKey: PrivateKey): Promise<void> {
    const { journal, system, timeline, now } = this.#parts;
    const startedAt = now();
    const since = this.#timeNow();
    const network = profile.network.name;
    this.#become({ state: 'connecting', network, since });
    const entry = {
      version: 1 as const,
      profile,
      publicKey: publicKeyOf(privateKey),
      since,
      hostsVia: profile.defaultController,
    };
    const paths = this.#makePaths(profile, plan, privateKey, profile.defaultController);
    try {
      journal.write({ ...entry, phase: 'rising' });
      const { listenPort, portInUse, wireGuardMs, problem } = await system.up(
        plan,
        privateKey,
        paths.firstEndpoints(),
      );
      if (problem !== undefined)
        timeline.add({ kind: 'trouble', reason: `${failed(problem)} ${problem.remedy}` });
      if (portInUse !== undefined) {
        timeline.add({ kind: 'port-changed', reason: portInUseReason(portInUse, listenPort) });
      }
      const live = liveTunnel(profile, plan, privateKey, {
        listenPort,
        since,
        adopted: false,
        paths,
        routes: this.#makeRoutes(profile, plan),
      });
      await this.#writeNames(live);
      live.dns = await this.#parts.dns.apply(profile);
      journal.write({ ...entry, phase: 'up' });
      this.#become({ state: 'connected', live });
      const reason = connectedTo(network, wireGuardMs);
      timeline.add({ kind: 'connected', reason, tookMs: now() - startedAt });
      await paths.start();
      // Not awaited: it reports its own failures.
      void live.routes.start();
    } catch (error) {
      this.#becomeFailed(network, error);
      try {
        await paths.stop();
      } finally {
        await this.#remove(plan.interfaceName);
      }
      throw error;
    }
  }

  #becomeFailed(network: string, error: unknown): void {
    const problem = problemOf(error);
    this.#parts.timeline.add({ kind: 'trouble', reason: failed(problem) });
    this.#become({ state: 'failed', network, since: this.#timeNow(), problem });
  }

  /** A part that cannot be removed does not prevent the removal of the other. @throws the first error */
  async #remove(interfaceName: string): Promise<void> {
    const { journal, system, dns } = this.#parts;
    this.#unremoved = interfaceName;
    const parts = await Promise.allSettled([system.down(interfaceName), this.#clearNames(), dns.clear()]);
    const failed = parts.find((part) => part.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    journal.clear();
    this.#unremoved = undefined;
  }

  async #clearNames(): Promise<void> {
    if (await this.#parts.hosts.clear()) await this.#parts.system.namesChanged();
  }

  async #takeDown(): Promise<void> {
    if (this.#state.state === 'connected') await this.#takeLiveDown(this.#state.live);
    else if (this.#unremoved !== undefined) await this.#remove(this.#unremoved);
    this.#become({ state: 'off' });
  }

  async #takeLiveDown(live: LiveTunnel): Promise<void> {
    const network = live.profile.network.name;
    this.#parts.journal.write(journalEntryOf(live, 'falling'));
    this.#become({ state: 'disconnecting', network, since: this.#timeNow() });
    try {
      try {
        await Promise.all([live.paths.stop(), live.routes.stop()]);
      } finally {
        await this.#remove(live.plan.interfaceName);
      }
    } catch (error) {
      this.#becomeFailed(network, error);
      throw error;
    }
    this.#parts.timeline.add({ kind: 'disconnected', reason: disconnectedFrom(network) });
  }

  /** Names that cannot be written are reported as trouble, but do not prevent the tunnel. */
  async #writeNames(live: LiveTunnel): Promise<void> {
    try {
      const entries = hostEntries(live.profile, live.hostsVia);
      live.hostNames = countNames(entries);
      if (await this.#parts.hosts.write(entries)) await this.#parts.system.namesChanged();
      live.hostsProblem = null;
    } catch (error) {
      live.hostsProblem = problemOf(error);
      this.#parts.timeline.add({ kind: 'trouble', reason: live.hostsProblem.cause });
    }
  }

  #moveNames(controller: string, reason: string): Promise<void> {
    return this.#turns.run(async () => {
      if (this.#state.state !== 'connected' || this.#state.live.hostsVia === controller) return;
      const { live } = this.#state;
      const from = live.hostsVia;
      live.hostsVia = controller;
      this.#parts.journal.write(journalEntryOf(live, 'up'));
      await this.#writeNames(live);
      this.#parts.timeline.add({ kind: 'names-moved', controller, from, to: controller, reason });
      this.#become(this.#state);
    });
  }
}
