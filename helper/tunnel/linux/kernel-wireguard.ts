import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { Move } from '../network.ts';
import type { LiveInterface } from '../system.ts';
import { requireProgram } from './require-program.ts';
import { tunnelMark } from './routing-rules.ts';
import type { PortChoice, WireGuardBackend } from './wireguard-backend.ts';
import { parseDump, wireguardConfig } from './wireguard-config.ts';

/** The kernel's WireGuard, configured with `wg`. */
export class KernelWireGuard implements WireGuardBackend {
  readonly kind = 'kernel';
  readonly #runner: ProgramRunner;

  constructor(runner: ProgramRunner) {
    this.#runner = runner;
  }

  async create(interfaceName: string): Promise<void> {
    await this.#runner.mustRun(requireProgram('ip'), ['link', 'add', interfaceName, 'type', 'wireguard']);
  }

  async configure(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: ReadonlyMap<PublicKey, Endpoint>,
    listenPort: number | undefined,
  ): Promise<void> {
    const config = wireguardConfig(plan, privateKey, endpoints, listenPort);
    await this.#wg(['setconf', plan.interfaceName, '/dev/stdin'], config);
  }

  async setMark(interfaceName: string): Promise<void> {
    await this.#wg(['set', interfaceName, 'fwmark', `${tunnelMark}`]);
  }

  async read(interfaceName: string): Promise<LiveInterface | undefined> {
    const result = await this.#runner.run(requireProgram('wg'), ['show', interfaceName, 'dump']);
    return result.exitCode === 0 ? parseDump(result.stdout) : undefined;
  }

  async setPeer(
    move: Pick<Move, 'interfaceName' | 'controller' | 'to' | 'renegotiate'>,
    port: PortChoice,
  ): Promise<void> {
    const { interfaceName, controller, to, renegotiate } = move;
    const peer = ['set', interfaceName, 'peer', controller.publicKey];
    if (renegotiate) await this.#wg([...peer, 'remove']);
    const secret = renegotiate && controller.presharedKey !== undefined;
    await this.#wg(
      [
        ...['set', interfaceName, ...(port === 'another-port' ? ['listen-port', '0'] : [])],
        ...['peer', controller.publicKey, ...(secret ? ['preshared-key', '/dev/stdin'] : [])],
        ...['endpoint', to, 'persistent-keepalive', '0'],
        ...(renegotiate ? ['allowed-ips', controller.allowedIps.join(',')] : []),
      ],
      secret ? controller.presharedKey : undefined,
    );
    // Setting the keepalive to zero and back sends one at once.
    await this.#wg([...peer, 'persistent-keepalive', `${controller.persistentKeepaliveSeconds}`]);
  }

  async setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void> {
    await this.#wg(['set', interfaceName, 'peer', publicKey, 'endpoint', endpoint]);
  }

  /** The kernel's interface is gone when it is deleted. */
  async awaitEnd(): Promise<void> {}

  #wg(args: readonly string[], input?: string): Promise<string> {
    return this.#runner.mustRun(requireProgram('wg'), args, input);
  }
}
