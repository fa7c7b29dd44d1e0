import { networkInterfaces } from 'node:os';
import { type Endpoint, partsOf } from '../../../shared/endpoints/endpoint.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { PacketCounters } from '../../../shared/paths/machine/traffic-watch.ts';
import type { RemovedLinks, Route, SourceAddress } from '../../../shared/paths/route.ts';
import type { HostRouting, RouteOverrides } from '../../../shared/plan/route-states.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { Neighbourhood } from '../neighbourhood.ts';
import type { Move, MoveResult } from '../network.ts';
import { Pokes } from '../pokes.ts';
import { isPortInUse } from '../port-in-use.ts';
import { SharedWatches } from '../shared-watches.ts';
import { sourceAddresses } from '../source-addresses.ts';
import type { DiagnosticText, LiveInterface, TunnelStart, TunnelSystem } from '../system.ts';
import { tunnelFailed } from '../tunnel-failed.ts';
import { configureUserspace, endpointOperation, readUserspace, setOperation } from '../userspace-control.ts';
import { controlSocket } from '../wireguard-go.ts';
import { DeviceNames } from './device-names.ts';
import { systemDiagnostics } from './diagnostics.ts';
import { dressCommands } from './dress.ts';
import { linksOf } from './links.ts';
import { lookUpRoutes } from './look-up-routes.ts';
import { moveOn } from './moves.ts';
import { neighbourhoodIn } from './neighbourhood.ts';
import { NetworkWatch } from './network-watch.ts';
import { freeTunnelPort, type OwnTraffic } from './own-traffic.ts';
import { noWireguardGo } from './problems.ts';
import { Routing } from './routing.ts';
import { SetRoutes } from './set-routes.ts';
import { systemPrograms } from './system-programs.ts';
import { TrafficCounters } from './traffic-counters.ts';
import { Utun } from './utun.ts';

/** ping(8) and ping6(8) of macOS; the routes send it through the tunnel. */
function pingCommand(address: string) {
  const program = address.includes(':') ? systemPrograms.ping6 : systemPrograms.ping;
  return { program, args: ['-q', '-c', '3', '-i', '0.2', address] };
}

function hostOf(endpoint: Endpoint): string {
  return partsOf(endpoint).host;
}

/** Tunnels on macOS: wireguard-go with an interface `utunN`, and the programs of the system, without native code. */
export class MacosTunnelSystem implements TunnelSystem {
  readonly #runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  readonly #names: DeviceNames;
  readonly #utun: Utun;
  readonly #routing: Routing;
  readonly #own: OwnTraffic;
  readonly #pokes: Pokes;
  readonly #watches: SharedWatches;
  readonly #counters = new Map<string, TrafficCounters>();
  readonly #counting = new Set<string>();
  #plan: TunnelPlan | undefined;
  readonly #routeListeners = new Set<(removed: RemovedLinks) => void>();
  #endRouteWatch: (() => Promise<void>) | undefined;

  /** @param own learns of the live tunnel */
  constructor(runner: Pick<ProgramRunner, 'run' | 'mustRun'>, runtimeDirectory: string, own: OwnTraffic) {
    this.#runner = runner;
    this.#own = own;
    this.#names = new DeviceNames(runtimeDirectory);
    this.#utun = new Utun(runner, this.#names, runtimeDirectory);
    this.#routing = new Routing(
      runner,
      new SetRoutes(runtimeDirectory),
      () => this.#endpointsInUse(),
      () => {
        for (const listener of this.#routeListeners) listener({ devices: [], addresses: [] });
      },
    );
    this.#pokes = new Pokes(runner, pingCommand);
    this.#watches = new SharedWatches(
      (tunnel, onChange) =>
        new NetworkWatch({
          program: systemPrograms.route,
          interfaces: networkInterfaces,
          ownDevice: () => this.#names.device(tunnel),
          onChange,
          nowMs: () => performance.now(),
        }),
    );
  }

  async wireguard(): Promise<'wireguard-go' | 'none'> {
    return findProgram('wireguard-go') === undefined ? 'none' : 'wireguard-go';
  }

  exists(interfaceName: string): boolean {
    return this.#names.device(interfaceName) !== undefined;
  }

  removalHint(interfaceName: string): string {
    return `sudo rm ${controlSocket(this.#names.device(interfaceName) ?? interfaceName)}`;
  }

  async up(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: Promise<ReadonlyMap<PublicKey, Endpoint>>,
  ): Promise<TunnelStart> {
    if ((await this.wireguard()) === 'none') throw noWireguardGo();
    const portInUse =
      plan.listenPort !== undefined && (await isPortInUse(plan.listenPort)) ? plan.listenPort : undefined;
    const port = portInUse === undefined ? plan.listenPort : undefined;
    const startedAt = performance.now();
    this.#plan = plan;
    try {
      const device = await this.#utun.create(plan.interfaceName);
      const known = await endpoints;
      await configureUserspace(
        device,
        setOperation(plan, privateKey, known, port ?? (await freeTunnelPort()), undefined),
      );
      await this.#dress(plan, device);
      const wireGuardMs = performance.now() - startedAt;
      const live = await readUserspace(device);
      return { listenPort: live?.listenPort ?? 0, portInUse, wireGuardMs };
    } catch (error) {
      await this.down(plan.interfaceName);
      throw error instanceof HomingError ? error : tunnelFailed(error);
    }
  }

  async dress(plan: TunnelPlan): Promise<undefined> {
    this.#plan = plan;
    const device = this.#names.device(plan.interfaceName);
    if (device === undefined) throw new Error(`the interface of ${plan.interfaceName} is gone`);
    await this.#dress(plan, device);
  }

  async #dress(plan: TunnelPlan, device: string): Promise<void> {
    for (const args of dressCommands(plan, device)) await this.#runner.mustRun(systemPrograms.ifconfig, args);
    await this.#own.set({ device, listenPort: (await readUserspace(device))?.listenPort ?? 0 });
    await this.#routing.start(plan, device);
    await this.#endRouteWatch?.();
    this.#endRouteWatch = this.#watches.watch(plan.interfaceName, () => void this.#refreshRoutes());
  }

  async #refreshRoutes(): Promise<void> {
    try {
      await this.#routing.refresh();
    } catch {
      // The paths and routes are looked at after the same change, which reports the error with its cause.
    }
  }

  async down(interfaceName: string): Promise<void> {
    this.#plan = undefined;
    this.#counters.delete(interfaceName);
    this.#routing.stop();
    await this.#endRouteWatch?.();
    this.#endRouteWatch = undefined;
    try {
      // First, with the routes that lead to it: endpoints without their own route would be captured by those.
      await this.#utun.remove(interfaceName);
    } finally {
      await this.#routing.remove();
      await this.#own.set(undefined);
    }
    await this.#pokes.end(interfaceName);
  }

  async read(interfaceName: string): Promise<LiveInterface | undefined> {
    const device = this.#names.device(interfaceName);
    return device === undefined ? undefined : await readUserspace(device);
  }

  /** Returns the previous reading and starts the next: over its socket wireguard-go answers in 0.3 ms. */
  packetCounters(interfaceName: string): PacketCounters | undefined {
    if (!this.exists(interfaceName)) return undefined;
    void this.#count(interfaceName);
    return this.#counters.get(interfaceName)?.counts;
  }

  async #count(interfaceName: string): Promise<void> {
    if (this.#counting.has(interfaceName)) return;
    this.#counting.add(interfaceName);
    try {
      const live = await this.read(interfaceName);
      if (live === undefined) return;
      const counters = this.#counters.get(interfaceName) ?? new TrafficCounters();
      counters.update(live);
      if (this.#plan?.interfaceName === interfaceName) this.#counters.set(interfaceName, counters);
    } catch {
      // An error here also appears when the whole interface is read, with its cause.
    } finally {
      this.#counting.delete(interfaceName);
    }
  }

  async #endpointsInUse(): Promise<readonly string[]> {
    const live = this.#plan === undefined ? undefined : await this.read(this.#plan.interfaceName);
    return live?.peers.flatMap(({ endpoint }) => (endpoint === undefined ? [] : hostOf(endpoint))) ?? [];
  }

  diagnostics(): Promise<readonly DiagnosticText[]> {
    return systemDiagnostics(this.#runner);
  }

  watchNetwork(tunnel: string, onChange: (removed: RemovedLinks) => void): () => Promise<void> {
    const end = this.#watches.watch(tunnel, onChange);
    // Routes into the tunnel are no change of the network, but decide which endpoints are reached outside it.
    this.#routeListeners.add(onChange);
    return async () => {
      this.#routeListeners.delete(onChange);
      await end();
    };
  }

  async routes(addresses: readonly string[], tunnel: string): Promise<ReadonlyMap<string, Route>> {
    await this.#routing.keepOutside(addresses.filter((address) => !this.#isPrivateEndpoint(address)));
    return await lookUpRoutes(this.#runner, addresses, {
      ownDevice: this.#names.device(tunnel),
      interfaces: networkInterfaces(),
      ways: await sourceAddresses(addresses),
    });
  }

  /** Elsewhere, a private LAN address means the host behind the tunnel, so it gets no route past it. */
  #isPrivateEndpoint(address: string): boolean {
    const controllers = this.#plan?.controllers ?? [];
    return controllers.some(({ endpoints }) =>
      endpoints.private.some((endpoint) => hostOf(endpoint) === address),
    );
  }

  sourceAddresses(addresses: readonly string[]): Promise<ReadonlyMap<string, SourceAddress>> {
    return sourceAddresses(addresses);
  }

  async neighbourhood(): Promise<Neighbourhood> {
    return neighbourhoodIn(await this.#routing.printedTable(), linksOf(networkInterfaces()));
  }

  /** Does nothing: pf is off by default, and its rules have no timeout. The endpoint is set again instead. */
  async makeGuard(): Promise<void> {}

  async clearGuard(): Promise<void> {}

  async move(move: Move): Promise<MoveResult> {
    const device = this.#names.device(move.interfaceName) ?? move.interfaceName;
    return await moveOn(device, move, () => this.#routing.refresh());
  }

  async setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void> {
    const device = this.#names.device(interfaceName) ?? interfaceName;
    await configureUserspace(device, endpointOperation(publicKey, endpoint));
  }

  poke(address: string, interfaceName: string): Promise<void> {
    return this.#pokes.poke(address, interfaceName);
  }

  hostRouting(): Promise<HostRouting> {
    return this.#routing.hostRouting();
  }

  overrideRoutes(_interfaceName: string, overrides: RouteOverrides): Promise<void> {
    return this.#routing.override(overrides);
  }

  clearRouting(): Promise<void> {
    return this.#routing.remove();
  }

  /** mDNSResponder watches the file, but keeps cached answers. */
  async namesChanged(): Promise<void> {
    await this.#runner.run(systemPrograms.dscacheutil, ['-flushcache']);
    await this.#runner.run(systemPrograms.killall, ['-HUP', 'mDNSResponder']);
  }
}
