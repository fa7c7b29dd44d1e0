import { existsSync } from 'node:fs';
import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import { HomingError, type Problem } from '../../../shared/errors/problem.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { PacketCounters } from '../../../shared/paths/machine/traffic-watch.ts';
import type { RemovedLinks, Route, SourceAddress } from '../../../shared/paths/route.ts';
import { isExitRange } from '../../../shared/plan/exit.ts';
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
import { isUserspace } from '../userspace-control.ts';
import { systemDiagnostics } from './diagnostics.ts';
import { ExitAnswers } from './exit-answers.ts';
import {
  changeInboundGuard,
  clearInboundGuard,
  guardLiftText,
  guardMoveText,
  makeInboundGuard,
} from './inbound-guard.ts';
import { batchArgs, batchText, dressLines, startIpBatch } from './ip-batch.ts';
import { KernelWireGuard } from './kernel-wireguard.ts';
import { parseLinks } from './links.ts';
import { isModem } from './modem.ts';
import { neighbourhoodQueries, parseNeighbourhood } from './neighbourhood.ts';
import { NetworkWatch } from './network-watch.ts';
import { packetCounters } from './packet-counters.ts';
import { noWireGuard, requireProgram } from './require-program.ts';
import { parseRouteAnswers, routeQueries } from './routes.ts';
import { hasIpv6, ownUid, Routing } from './routing.ts';
import { ownProtocol, rulesOf } from './routing-rules.ts';
import { UserspaceWireGuard } from './userspace-wireguard.ts';
import type { WireGuardBackend } from './wireguard-backend.ts';

const interfaces = '/sys/class/net';

/** See ping(8) of iputils. */
function pingCommand(address: string, interfaceName: string) {
  const program = findProgram('ping');
  if (program === undefined) return undefined;
  return { program, args: ['-q', '-c', '3', '-i', '0.2', '-W', '1', '-I', interfaceName, address] };
}

/** Tunnels on Linux: the kernel's WireGuard, else wireguard-go. */
export class LinuxTunnelSystem implements TunnelSystem {
  readonly #runner: ProgramRunner;
  readonly #kernel: WireGuardBackend;
  readonly #userspace: WireGuardBackend;
  readonly #pokes: Pokes;
  readonly #routing: Routing;
  readonly #exitAnswers: ExitAnswers;
  readonly #watches = new SharedWatches(
    (tunnel, onChange) =>
      new NetworkWatch(requireProgram('ip'), tunnel, onChange, () => this.#restoreRules(tunnel)),
  );
  /** The plan that each interface was configured with. */
  readonly #plans = new Map<string, TunnelPlan>();
  #kernelHasIt: boolean | undefined;
  #isGuarded = false;

  /** @param onProblem called with what the live tunnel can no longer do */
  constructor(runner: ProgramRunner, runtimeDirectory: string, onProblem: (problem: Problem) => void) {
    this.#runner = runner;
    this.#kernel = new KernelWireGuard(runner);
    this.#userspace = new UserspaceWireGuard(runtimeDirectory);
    this.#pokes = new Pokes(runner, pingCommand);
    this.#routing = new Routing(runner);
    this.#exitAnswers = ExitAnswers.ofThisMachine(runner, runtimeDirectory, onProblem);
  }

  async wireguard(): Promise<'kernel' | 'wireguard-go' | 'none'> {
    return (await this.#backendForNew())?.kind ?? 'none';
  }

  /** The WireGuard implementation for the next tunnel; undefined if there is none. */
  async #backendForNew(): Promise<WireGuardBackend | undefined> {
    if (findProgram('wg') === undefined || findProgram('ip') === undefined) return undefined;
    if (this.#kernelHasIt || (await this.#probeKernel())) return this.#kernel;
    return findProgram('wireguard-go') === undefined ? undefined : this.#userspace;
  }

  /** The WireGuard implementation of an interface: an adopted interface may use another than a new one would. */
  #backendOf(interfaceName: string): WireGuardBackend {
    return isUserspace(interfaceName) ? this.#userspace : this.#kernel;
  }

  /** Only an attempt shows it; the result is cached, since modules rarely come and go. */
  async #probeKernel(): Promise<boolean> {
    if (this.#kernelHasIt !== undefined) return this.#kernelHasIt;
    const ip = requireProgram('ip');
    const name = 'hm--test';
    const result = await this.#runner.run(ip, ['link', 'add', name, 'type', 'wireguard']);
    if (result.exitCode === 0) await this.#runner.mustRun(ip, ['link', 'delete', name]);
    this.#kernelHasIt = result.exitCode === 0 || result.stderr.includes('File exists');
    return this.#kernelHasIt;
  }

  exists(interfaceName: string): boolean {
    return existsSync(`${interfaces}/${interfaceName}`);
  }

  removalHint(interfaceName: string): string {
    return `ip link delete ${interfaceName}`;
  }

  /** The C library reads the file for every name (nsswitch.conf(5), files). */
  async namesChanged(): Promise<void> {}

  async up(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: Promise<ReadonlyMap<PublicKey, Endpoint>>,
  ): Promise<TunnelStart> {
    const backend = await this.#backendForNew();
    if (backend === undefined) throw noWireGuard(this.#missing());
    const portInUse =
      plan.listenPort !== undefined && (await isPortInUse(plan.listenPort)) ? plan.listenPort : undefined;
    const port = portInUse === undefined ? plan.listenPort : undefined;
    const startedAt = performance.now();
    this.#plans.set(plan.interfaceName, plan);
    try {
      const admitted = this.#exitAnswers.admit(plan);
      const created = backend.create(plan.interfaceName);
      const batch = startIpBatch(requireProgram('ip'), 4);
      const rules = (family: 4 | 6) =>
        rulesOf(plan, family, ownUid()).map((rule) => `rule add ${rule} protocol ${ownProtocol}`);
      const rules6 = hasIpv6() ? rules(6) : [];
      const batch6 = rules6.length === 0 ? undefined : startIpBatch(requireProgram('ip'), 6);
      await created.catch((error: unknown) => {
        batch.abandon();
        batch6?.abandon();
        throw error;
      });
      // Under an exit without an endpoint, an endpoint's name could no longer be resolved.
      const routed = plan.routes.some(({ range }) => isExitRange(range)) ? endpoints : Promise.resolve();
      // The steps run concurrently; all must have ended before anything is taken down again.
      const steps = await Promise.allSettled([
        // The first handshake is already answered.
        Promise.all([endpoints, admitted]).then(([known]) =>
          backend.configure(plan, privateKey, known, port),
        ),
        routed.then(() => batch.run([...dressLines(plan, hasIpv6()), ...rules(4)])),
        routed.then(() => batch6?.run(rules6)),
      ]);
      const failed = steps.find((step) => step.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const wireGuardMs = performance.now() - startedAt;
      const live = await backend.read(plan.interfaceName);
      return { listenPort: live?.listenPort ?? 0, portInUse, wireGuardMs, problem: await admitted };
    } catch (error) {
      await this.down(plan.interfaceName);
      throw error instanceof HomingError ? error : tunnelFailed(error);
    }
  }

  async dress(plan: TunnelPlan): Promise<Problem | undefined> {
    this.#plans.set(plan.interfaceName, plan);
    const problem = await this.#exitAnswers.admit(plan);
    await this.#backendOf(plan.interfaceName).setMark(plan.interfaceName);
    const lines = batchText(dressLines(plan, hasIpv6()));
    await this.#runner.mustRun(requireProgram('ip'), batchArgs(4), lines);
    await this.#routing.setRules(plan);
    await this.#routing.leaveMainTable(plan.interfaceName);
    return problem;
  }

  #missing(): string {
    const program = ['wg', 'ip'].find((name) => findProgram(name) === undefined);
    return program === undefined
      ? 'Neither WireGuard in the kernel nor the program wireguard-go'
      : `The program ${program}`;
  }

  async down(interfaceName: string): Promise<void> {
    this.#plans.delete(interfaceName);
    // Rules first: the table that they select is emptied with the interface.
    await this.#routing.remove();
    if (this.exists(interfaceName)) {
      const result = await this.#runner.run(requireProgram('ip'), ['link', 'delete', 'dev', interfaceName]);
      if (result.exitCode !== 0 && this.exists(interfaceName)) throw new Error(result.stderr.trim());
    }
    // With either implementation: a crash may have left a process without its interface.
    await this.#userspace.awaitEnd(interfaceName);
    await this.#pokes.end(interfaceName);
    await this.#exitAnswers.clear();
  }

  async read(interfaceName: string): Promise<LiveInterface | undefined> {
    return this.exists(interfaceName) ? await this.#backendOf(interfaceName).read(interfaceName) : undefined;
  }

  packetCounters(interfaceName: string): PacketCounters | undefined {
    return packetCounters(interfaceName);
  }

  diagnostics(): Promise<readonly DiagnosticText[]> {
    return systemDiagnostics(this.#runner);
  }

  watchNetwork(tunnel: string, onChange: (removed: RemovedLinks) => void): () => Promise<void> {
    return this.#watches.watch(tunnel, onChange);
  }

  #restoreRules(tunnel: string): void {
    const plan = this.#plans.get(tunnel);
    // The other program may remove them again at once; that removal is detected as well, and a failure is reported
    // there.
    if (plan !== undefined) this.#routing.setRules(plan).catch(() => undefined);
  }

  async routes(addresses: readonly string[], tunnel: string): Promise<ReadonlyMap<string, Route>> {
    if (addresses.length === 0) return new Map();
    // The exit status only shows that some address has no route; such addresses are missing from the result.
    const { stdout } = await this.#runner.run(
      requireProgram('ip'),
      ['-j', '-d', '-force', '-batch', '-'],
      routeQueries(addresses),
    );
    return parseRouteAnswers(stdout, (printed) => parseLinks(printed, isModem), tunnel);
  }

  sourceAddresses(addresses: readonly string[]): Promise<ReadonlyMap<string, SourceAddress>> {
    return sourceAddresses(addresses);
  }

  async neighbourhood(): Promise<Neighbourhood> {
    const args = ['-j', '-d', '-force', '-batch', '-'];
    const { stdout } = await this.#runner.run(requireProgram('ip'), args, neighbourhoodQueries);
    return parseNeighbourhood(stdout, (printed) => parseLinks(printed, isModem));
  }

  async makeGuard(listenPort: number): Promise<void> {
    this.#isGuarded = await makeInboundGuard(this.#runner, listenPort);
  }

  clearGuard(): Promise<void> {
    this.#isGuarded = false;
    return clearInboundGuard(this.#runner);
  }

  hostRouting(): Promise<HostRouting> {
    return this.#routing.hostRouting();
  }

  overrideRoutes(interfaceName: string, overrides: RouteOverrides): Promise<void> {
    return this.#routing.override(interfaceName, overrides);
  }

  async clearRouting(): Promise<void> {
    await this.#routing.remove();
    await this.#exitAnswers.clear();
  }

  async move(move: Move): Promise<MoveResult> {
    const { interfaceName, from, to, guardMs, acceptInFlight } = move;
    const backend = this.#backendOf(interfaceName);
    if (from === null) {
      await backend.setPeer(move, 'same-port');
      // A recent move away from there may still drop its answers.
      if (this.#isGuarded) await this.#changeGuard(interfaceName, guardLiftText(to));
    } else if (this.#isGuarded) {
      // First without the guard: while both paths work nothing is lost, and the controller follows the packets that it
      // receives. Then the guard keeps packets in flight from changing the endpoint back, and if some already have, the
      // endpoint is set again. With the guard first, every answer would be dropped until the endpoint is set.
      await backend.setPeer(move, 'same-port');
      await this.#changeGuard(interfaceName, guardMoveText({ from, to, guardMs, acceptInFlight }));
      await backend.setPeer({ ...move, renegotiate: false }, 'same-port');
      return { acceptsInFlight: acceptInFlight !== undefined };
    } else {
      await backend.setPeer(move, 'another-port');
    }
    return { acceptsInFlight: false };
  }

  setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void> {
    return this.#backendOf(interfaceName).setEndpoint(interfaceName, publicKey, endpoint);
  }

  #changeGuard(interfaceName: string, text: string): Promise<void> {
    const listenPort = async () => (await this.read(interfaceName))?.listenPort ?? 0;
    return changeInboundGuard(this.#runner, text, listenPort);
  }

  poke(address: string, interfaceName: string): Promise<void> {
    return this.#pokes.poke(address, interfaceName);
  }
}
