import { createSocket } from 'node:dgram';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { Losses, Move, Route, WayOut } from '../network.ts';
import type { LiveInterface, TunnelStart, TunnelSystem } from '../system.ts';
import { waysOut } from '../ways-out.ts';
import {
  changeInboundGuard,
  clearInboundGuard,
  guardLiftText,
  guardMoveText,
  makeInboundGuard,
} from './inbound-guard.ts';
import { ipBatch, startIpBatch } from './ip-batch.ts';
import { NetworkWatch } from './network-watch.ts';
import { parseRoutes, routeQueries } from './routes.ts';
import {
  configureUserspace,
  endpointOperation,
  isUserspace,
  moveOperation,
  readUserspace,
  setOperation,
} from './userspace-control.ts';
import { parseDump, wireguardConfig } from './wireguard-config.ts';
import { awaitWireguardGoEnd, startWireguardGo } from './wireguard-go.ts';

const interfaces = '/sys/class/net';
const pokeTimeoutMs = 10_000;

/** Pings under way. */
interface Poke {
  readonly interfaceName: string;
  readonly end: AbortController;
  readonly ended: Promise<unknown>;
}

function noWireGuard(missing: string): HomingError {
  return new HomingError({
    code: 'no-wireguard',
    title: 'This machine has no WireGuard to use',
    cause: `${missing} was not found.`,
    remedy:
      'Install it: apt install wireguard-tools wireguard-go (or your system’s packages of these names).',
  });
}

function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw noWireGuard(`The program ${name}`);
  return path;
}

/** Whether a UDP port is taken on any address; WireGuard itself would say so only after it is half up. */
async function isPortInUse(port: number): Promise<boolean> {
  const tries = (['udp4', 'udp6'] as const).map(
    (type) =>
      new Promise<boolean>((resolve) => {
        const socket = createSocket({ type, ipv6Only: type === 'udp6' });
        socket.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE'));
        socket.bind(port, () => socket.close(() => resolve(false)));
      }),
  );
  return (await Promise.all(tries)).includes(true);
}

/** Tunnels on Linux: the kernel's WireGuard, else wireguard-go. */
export class LinuxTunnelSystem implements TunnelSystem {
  readonly #runner: ProgramRunner;
  readonly #runtimeDirectory: string;
  readonly #pokes = new Set<Poke>();
  #kernelHasIt: boolean | undefined;

  constructor(runner: ProgramRunner, runtimeDirectory: string) {
    this.#runner = runner;
    this.#runtimeDirectory = runtimeDirectory;
  }

  async wireguard(): Promise<'kernel' | 'wireguard-go' | 'none'> {
    if (findProgram('wg') === undefined || findProgram('ip') === undefined) return 'none';
    if (this.#kernelHasIt || (await this.#probeKernel())) return 'kernel';
    return findProgram('wireguard-go') === undefined ? 'none' : 'wireguard-go';
  }

  /** The kernel says only by trying; the answer is kept, a module does not come and go. */
  async #probeKernel(): Promise<boolean> {
    if (this.#kernelHasIt !== undefined) return this.#kernelHasIt;
    const ip = requireProgram('ip');
    const name = 'hm--test';
    const result = await this.#runner.run(ip, ['link', 'add', name, 'type', 'wireguard']);
    if (result.exitCode === 0) await this.#runner.mustRun(ip, ['link', 'delete', name]);
    this.#kernelHasIt = result.exitCode === 0 || result.stderr.includes('File exists');
    return this.#kernelHasIt;
  }

  ownInterfaces(): readonly string[] {
    return readdirSync(interfaces).filter((name) => name.startsWith('hm-'));
  }

  exists(interfaceName: string): boolean {
    return existsSync(`${interfaces}/${interfaceName}`);
  }

  async up(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: Promise<ReadonlyMap<PublicKey, Endpoint>>,
  ): Promise<TunnelStart> {
    const backend = await this.wireguard();
    if (backend === 'none') throw noWireGuard(this.#missing());
    const portInUse =
      plan.listenPort !== undefined && (await isPortInUse(plan.listenPort)) ? plan.listenPort : undefined;
    const port = portInUse === undefined ? plan.listenPort : undefined;
    const startedAt = performance.now();
    try {
      const created = this.#create(plan.interfaceName, backend);
      const batch = startIpBatch(requireProgram('ip'));
      await created.catch((error: unknown) => {
        batch.abandon();
        throw error;
      });
      // Neither waits for the other; but both have ended before anything is taken down again.
      const steps = await Promise.allSettled([
        endpoints.then((known) => this.#configure(plan, privateKey, known, port)),
        batch.run(ipBatch(plan)),
      ]);
      const failed = steps.find((step) => step.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const wireGuardMs = performance.now() - startedAt;
      const live = await this.read(plan.interfaceName);
      return { listenPort: live?.listenPort ?? 0, portInUse, wireGuardMs };
    } catch (error) {
      await this.down(plan.interfaceName);
      if (error instanceof HomingError) throw error;
      throw new HomingError({
        code: 'tunnel-failed',
        title: 'The tunnel could not be brought up',
        cause: error instanceof Error ? error.message : String(error),
        remedy: 'Nothing was left behind. Run `homing diagnostics` to see what the system said.',
      });
    }
  }

  async #configure(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: ReadonlyMap<PublicKey, Endpoint>,
    port: number | undefined,
  ): Promise<void> {
    const name = plan.interfaceName;
    if (isUserspace(name))
      return await configureUserspace(name, setOperation(plan, privateKey, endpoints, port));
    const config = wireguardConfig(plan, privateKey, endpoints, port);
    await this.#runner.mustRun(requireProgram('wg'), ['setconf', name, '/dev/stdin'], config);
  }

  async dress(plan: TunnelPlan): Promise<void> {
    await this.#runner.mustRun(requireProgram('ip'), ['-batch', '-'], ipBatch(plan));
  }

  #missing(): string {
    const program = ['wg', 'ip'].find((name) => findProgram(name) === undefined);
    return program === undefined
      ? 'Neither WireGuard in the kernel nor the program wireguard-go'
      : `The program ${program}`;
  }

  async #create(interfaceName: string, backend: 'kernel' | 'wireguard-go'): Promise<void> {
    if (backend === 'kernel') {
      await this.#runner.mustRun(requireProgram('ip'), ['link', 'add', interfaceName, 'type', 'wireguard']);
    } else {
      await startWireguardGo(requireProgram('wireguard-go'), interfaceName, this.#runtimeDirectory);
    }
  }

  async down(interfaceName: string): Promise<void> {
    if (this.exists(interfaceName)) {
      const result = await this.#runner.run(requireProgram('ip'), ['link', 'delete', 'dev', interfaceName]);
      if (result.exitCode !== 0 && this.exists(interfaceName)) throw new Error(result.stderr.trim());
    }
    await awaitWireguardGoEnd(interfaceName, this.#runtimeDirectory);
    await this.#endPokes(interfaceName);
  }

  async read(interfaceName: string): Promise<LiveInterface | undefined> {
    if (!this.exists(interfaceName)) return undefined;
    if (isUserspace(interfaceName)) return await readUserspace(interfaceName);
    const result = await this.#runner.run(requireProgram('wg'), ['show', interfaceName, 'dump']);
    return result.exitCode === 0 ? parseDump(result.stdout) : undefined;
  }

  packetCounters(interfaceName: string): { received: number; sent: number } | undefined {
    const counter = (name: string) =>
      Number(readFileSync(`${interfaces}/${interfaceName}/statistics/${name}`, 'latin1'));
    try {
      return { received: counter('rx_packets'), sent: counter('tx_packets') };
    } catch {
      return undefined;
    }
  }

  watchNetwork(tunnel: string, onChange: (losses: Losses) => void): () => Promise<void> {
    const watch = new NetworkWatch(requireProgram('ip'), tunnel, onChange);
    return () => watch.stop();
  }

  async routes(addresses: readonly string[], tunnel: string): Promise<ReadonlyMap<string, Route>> {
    if (addresses.length === 0) return new Map();
    // The exit status tells only that some address has no route; those are missing from the answer.
    const { stdout } = await this.#runner.run(
      requireProgram('ip'),
      ['-j', '-force', '-batch', '-'],
      routeQueries(addresses),
    );
    return parseRoutes(stdout, tunnel);
  }

  waysOut(addresses: readonly string[]): Promise<ReadonlyMap<string, WayOut>> {
    return waysOut(addresses);
  }

  async links(): Promise<unknown> {
    return JSON.parse(await this.#runner.mustRun(requireProgram('ip'), ['-j', '-d', 'address']));
  }

  makeGuard(listenPort: number): Promise<boolean> {
    return makeInboundGuard(this.#runner, listenPort);
  }

  clearGuard(): Promise<void> {
    return clearInboundGuard(this.#runner);
  }

  async move(move: Move): Promise<void> {
    const { interfaceName, from, to, guardMs, guarded, takeIn } = move;
    if (from === null) {
      await this.#setPeer(move, 'same-port');
      // A move away from there may have shut its answers out a moment ago.
      if (guarded) await this.#changeGuard(interfaceName, guardLiftText(to));
    } else if (guarded) {
      // First without the guard: while both paths work nothing is lost, and the controller follows what it
      // gets. Then what is still in flight is kept from taking the endpoint back, and should some of it have done so
      // meanwhile, it is set for good. The guard first would drop every answer until the endpoint is set.
      await this.#setPeer(move, 'same-port');
      await this.#changeGuard(interfaceName, guardMoveText({ left: from, taken: to, guardMs, takeIn }));
      await this.#setPeer({ ...move, renew: false }, 'same-port');
    } else {
      // Another free port: what is in flight to the old one finds nobody.
      await this.#setPeer(move, 'another-port');
    }
  }

  async setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void> {
    if (isUserspace(interfaceName)) {
      return await configureUserspace(interfaceName, endpointOperation(publicKey, endpoint));
    }
    await this.#runner.mustRun(requireProgram('wg'), [
      ...['set', interfaceName, 'peer', publicKey],
      ...['endpoint', endpoint],
    ]);
  }

  async #setPeer(move: Move, port: 'same-port' | 'another-port'): Promise<void> {
    const { interfaceName, controller, to, renew } = move;
    if (isUserspace(interfaceName)) return await configureUserspace(interfaceName, moveOperation(move, port));
    const peer = ['set', interfaceName, 'peer', controller.publicKey];
    const newPort = port === 'another-port' ? ['listen-port', '0'] : [];
    const wg = (args: readonly string[], input?: string) =>
      this.#runner.mustRun(requireProgram('wg'), args, input);
    if (renew) await wg([...peer, 'remove']);
    const secret = renew && controller.presharedKey !== undefined;
    await wg(
      [
        ...['set', interfaceName, ...newPort, 'peer', controller.publicKey],
        ...(secret ? ['preshared-key', '/dev/stdin'] : []),
        ...['endpoint', to, 'persistent-keepalive', '0'],
        ...(renew ? ['allowed-ips', controller.allowedIps.join(',')] : []),
      ],
      secret ? controller.presharedKey : undefined,
    );
    // Switched off and on, the keepalive leaves at once.
    await wg([...peer, 'persistent-keepalive', `${controller.persistentKeepaliveSeconds}`]);
  }

  #changeGuard(interfaceName: string, text: string): Promise<void> {
    const listenPort = async () => (await this.read(interfaceName))?.listenPort ?? 0;
    return changeInboundGuard(this.#runner, text, listenPort);
  }

  async poke(address: string, interfaceName: string): Promise<void> {
    const ping = findProgram('ping');
    if (ping === undefined) return;
    // Whether the pings are answered shows in the counters of the tunnel, whoever else talks.
    const args = ['-q', '-c', '3', '-i', '0.2', '-W', '1', '-I', interfaceName, address];
    const end = new AbortController();
    const ended = this.#runner.run(ping, args, undefined, pokeTimeoutMs, end.signal);
    const poke = { interfaceName, end, ended };
    this.#pokes.add(poke);
    try {
      await ended;
    } catch (error) {
      if (!end.signal.aborted) throw error;
    } finally {
      this.#pokes.delete(poke);
    }
  }

  /** Pings go on for more than a second: none may be left when the interface is gone. */
  async #endPokes(interfaceName: string): Promise<void> {
    const pokes = [...this.#pokes].filter((poke) => poke.interfaceName === interfaceName);
    for (const { end } of pokes) end.abort();
    await Promise.allSettled(pokes.map(({ ended }) => ended));
  }
}
