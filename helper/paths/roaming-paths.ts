import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressSet } from '../../shared/addresses/range.ts';
import type { ProbeResponse } from '../../shared/contract/control-api.ts';
import type { ControllerStatus, DroppedAnswers, HostFirewall } from '../../shared/contract/status.ts';
import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import { probePrivateKey } from '../../shared/keys/probe-key.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import type { FlightRecord } from '../../shared/paths/flight/flight-record.ts';
import { nothingRemoved } from '../../shared/paths/route.ts';
import { type PlannedController, tunnelAddresses } from '../../shared/plan/tunnel-plan.ts';
import { answersIgnored, networkNotRead } from '../../shared/timeline/network-reasons.ts';
import { failed } from '../../shared/timeline/tunnel-reasons.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { LivePeer, TunnelSystem } from '../tunnel/system.ts';
import { wakeGateways } from '../tunnel/wake-gateways.ts';
import { ControllerDriver } from './controller-driver.ts';
import { controllerNotInTunnel } from './controller-not-in-tunnel.ts';
import { candidateStatuses, controllerStatus } from './controller-status.ts';
import { DroppedAnswersLook } from './dropped-answers.ts';
import { firstEndpoints } from './first-endpoints.ts';
import { recordedEvents } from './flight-recorder.ts';
import { InterfaceReader, interfaceSends, peerOf } from './interface-reader.ts';
import { pathStart } from './known-endpoints.ts';
import { Mover } from './mover.ts';
import { NameResolver } from './name-resolver.ts';
import { Nearby } from './nearby.ts';
import { NetworkLook } from './network-look.ts';
import type { PathContext, PathKeeper, PathKeeperFactory } from './path-keeper.ts';
import { Prober } from './probe/prober.ts';
import { TimestampSource } from './probe/tai64n.ts';
import { isThisComputer } from './probe/targets.ts';
import { RememberedEndpoints } from './remembered-endpoints.ts';
import { RememberedNetworks } from './remembered-networks.ts';
import { RememberedQuarantines } from './remembered-quarantines.ts';
import { systemTime, type Time, timestampOf } from './time.ts';
import { TunnelClock } from './tunnel-clock.ts';

export interface RoamingParts {
  readonly system: TunnelSystem;
  readonly timeline: Timeline;
  readonly stateDirectory: string;
  /** The host firewall that drops answers to broadcasts. */
  readonly hostFirewall: () => Promise<HostFirewall | null>;
  /** The wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

/** Creates the path keeper of each tunnel. */
export function roamingPaths(parts: RoamingParts): PathKeeperFactory {
  return (context) => new RoamingPaths(parts, context);
}

/** Keeps the paths of all controllers of one tunnel: one machine each, the shared machines, and their environment. */
class RoamingPaths implements PathKeeper {
  readonly #parts: RoamingParts;
  readonly #context: PathContext;
  readonly #drivers: readonly ControllerDriver[];
  readonly #tunnel: AddressSet;
  readonly #prober: Prober;
  readonly #timestamps: TimestampSource;
  readonly #remembered: RememberedEndpoints;
  readonly #nearby: Nearby;
  readonly #quarantines: RememberedQuarantines;
  readonly #mover: Mover;
  readonly #look: NetworkLook;
  readonly #clock: TunnelClock;
  readonly #time: Time;
  readonly #names: NameResolver;
  readonly #dropped: DroppedAnswersLook;
  #first: ReadonlyMap<PublicKey, Endpoint> = new Map();
  #stopWatching: (() => Promise<void>) | undefined;
  #isStopped = false;

  constructor(parts: RoamingParts, context: PathContext) {
    this.#parts = parts;
    this.#context = context;
    const { profile, plan, privateKey } = context;
    const { system, stateDirectory } = parts;
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    this.#time = systemTime(parts.now);
    this.#tunnel = tunnelAddresses(profile);
    const onProblem = (reason: string) => this.#trouble(reason);
    this.#remembered = new RememberedEndpoints(stateDirectory, profile.id, onProblem);
    const networks = new RememberedNetworks(stateDirectory, profile.id, onProblem);
    this.#nearby = new Nearby(networks);
    this.#quarantines = new RememberedQuarantines(stateDirectory, profile.id, this.#time, onProblem);
    this.#timestamps = new TimestampSource({
      statePath: join(stateDirectory, `probe-time-${profile.id}`),
      onProblem: (problem) => this.#trouble(failed(problem)),
    });
    this.#prober = new Prober({
      privateKey: probePrivateKey(privateKey),
      timestamps: this.#timestamps,
      isForbidden: (host) => isThisComputer(host) || this.#tunnel.hasAddress(host),
      onIgnored: ({ from, reason, count }) =>
        void parts.timeline.add({ kind: 'ignored', reason: answersIgnored(count, from, reason) }),
    });
    this.#names = new NameResolver(this.#tunnel, (decision) => void parts.timeline.add(decision));
    this.#dropped = new DroppedAnswersLook({ hostFirewall: parts.hostFirewall, onChange: context.onChange });
    this.#mover = new Mover(system, plan.interfaceName, this.#time);
    this.#look = new NetworkLook({
      system,
      interfaceName: plan.interfaceName,
      isDiscovering: profile.settings.discovery,
      nearby: this.#nearby,
      onNearby: () => void this.#searching(),
      wakeGateways,
      endpointSet: () => this.#mover.endpointSet(),
      time: this.#time,
      drivers: () => this.#drivers,
      onTrouble: (reason) => this.#trouble(reason),
    });
    this.#drivers = plan.controllers.map((controller) => this.#driverOf(controller));
    const reader = new InterfaceReader({
      read: () => system.read(plan.interfaceName),
      drivers: this.#drivers,
      nowMs: this.#time.nowMs,
      onRead: context.onChange,
      onTrouble: (reason) => this.#trouble(reason),
    });
    this.#clock = new TunnelClock({
      drivers: this.#drivers,
      defaultController: profile.defaultController,
      namesVia: context.namesVia,
      time: this.#time,
      packetCounters: () => system.packetCounters(plan.interfaceName) ?? null,
      onNamesMove: ({ via, reason }) => void context.useNamesVia(via, reason),
      onClockJump: () => this.#networkChanged(),
      onReadDue: () => void this.#look.run(() => reader.peers()),
      onControllersDue: (silence) => void this.#look.run(() => reader.counters(silence)),
    });
  }

  async firstEndpoints(): Promise<ReadonlyMap<PublicKey, Endpoint>> {
    this.#first = await firstEndpoints({
      controllers: this.#context.plan.controllers,
      defaultController: this.#context.profile.defaultController,
      time: this.#time,
      prober: this.#prober,
      tunnel: this.#tunnel,
      remembered: (controller) => this.#remembered.get(controller),
      quarantined: await this.#quarantines.here(this.#parts.system),
      onIgnored: (controller, reasons) => this.#names.report(controller, reasons),
    });
    return this.#first;
  }

  /** The tunnel does not wait for this: it is up, and its paths improve. */
  async start(): Promise<void> {
    const { system } = this.#parts;
    const { interfaceName } = this.#context.plan;
    const live = await system.read(interfaceName);
    void this.#look.run(() => system.makeGuard(live?.listenPort ?? 0));
    this.#stopWatching = system.watchNetwork(interfaceName, (removed) => {
      for (const driver of this.#drivers) driver.send({ type: 'network-changed', removed });
    });
    for (const driver of this.#drivers) {
      const endpoint =
        peerOf(live, driver.controller)?.endpoint ?? this.#first.get(driver.controller.publicKey) ?? null;
      driver.send({ type: 'started', endpoint });
    }
    this.#clock.start();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#clock.stop();
    this.#mover.stop();
    const stopped = Promise.all(this.#drivers.map((driver) => driver.stop()));
    this.#prober.close();
    this.#timestamps.close();
    await this.#stopWatching?.();
    await this.#look.stop();
    await stopped;
    await this.#parts.system.clearGuard();
  }

  async probe(name: string | undefined): Promise<ProbeResponse> {
    const asked = this.#drivers.filter(({ controller }) => name === undefined || controller.name === name);
    if (asked.length === 0) throw controllerNotInTunnel(name, this.#context);
    await Promise.all(asked.map((driver) => driver.request()));
    const timeOf = (atMs: number) => timestampOf(this.#time, atMs);
    const controllers = asked.map(({ controller, state }) => ({
      name: controller.name,
      candidates: candidateStatuses(state, timeOf),
    }));
    return { controllers };
  }

  controllerStatus(controller: PlannedController, peer: LivePeer | undefined): ControllerStatus {
    const driver = this.#drivers.find((driver) => driver.controller.publicKey === controller.publicKey);
    if (driver === undefined) throw new TypeError(`no path is kept for ${controller.name}`);
    const ageMs = driver.handshakeAgeMs(peer);
    return controllerStatus(controller, driver.state, peer, ageMs, (atMs) => timestampOf(this.#time, atMs));
  }

  flightRecords(): readonly FlightRecord[] {
    return this.#drivers.map(({ flightRecord }) => flightRecord);
  }

  #driverOf(controller: PlannedController): ControllerDriver {
    const { timeline, system } = this.#parts;
    const { controllers, interfaceName } = this.#context.plan;
    const driver: ControllerDriver = new ControllerDriver({
      controller,
      start: pathStart(
        controller,
        this.#remembered.get(controller.name),
        this.#tunnel,
        this.#quarantines.get(controller.name),
      ),
      recordedEvents: recordedEvents(controllers.length),
      time: this.#time,
      prober: this.#prober,
      mover: this.#mover,
      sends: interfaceSends(system, interfaceName),
      record: (decision) => void timeline.add(decision),
      remember: ({ endpoint, path }) => {
        this.#remembered.set(controller.name, { endpoint, path });
        this.#nearby.remember(driver);
      },
      rememberQuarantines: (quarantines) => this.#quarantines.set(controller.name, quarantines),
      onDiscovering: () => this.#look.discovering(),
      lookUp: (effect) =>
        effect.what === 'dns' ? void this.#names.resolve(driver) : this.#look.lookUp(driver, effect),
      requestSlot: (isUrgent) => this.#clock.requestSlot(driver, isUrgent),
      releaseSlot: () => this.#clock.releaseSlot(driver),
      onStep: (isShownOtherwise) => this.#stepped(isShownOtherwise),
    });
    return driver;
  }

  droppedAnswers(): DroppedAnswers | null {
    return this.#dropped.status(this.#drivers.map(({ state }) => state));
  }

  async #searching(): Promise<void> {
    // The network may have been identified only after the path in it was found.
    for (const driver of this.#drivers) this.#nearby.remember(driver);
    try {
      await this.#dropped.refresh();
    } catch (error) {
      this.#trouble(networkNotRead(String(error)));
    }
  }

  #stepped(isShownOtherwise: boolean): void {
    if (this.#isStopped) return;
    this.#clock.stepped();
    if (isShownOtherwise) this.#context.onChange();
  }

  #networkChanged(): void {
    this.#names.forget();
    for (const driver of this.#drivers) driver.send({ type: 'network-changed', removed: nothingRemoved });
  }

  #trouble(reason: string): void {
    this.#parts.timeline.add({ kind: 'trouble', reason });
  }
}
