import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import type { PrivateKey, PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import type { Move } from '../network.ts';
import type { LiveInterface } from '../system.ts';
import {
  configureUserspace,
  endpointOperation,
  moveOperation,
  readUserspace,
  setOperation,
} from '../userspace-control.ts';
import { startWireguardGo } from '../wireguard-go.ts';
import { requireProgram } from './require-program.ts';
import { tunnelMark } from './routing-rules.ts';
import type { PortChoice, WireGuardBackend } from './wireguard-backend.ts';
import { awaitWireguardGoEnd } from './wireguard-go-end.ts';

/** wireguard-go, one process per interface, configured through its socket. */
export class UserspaceWireGuard implements WireGuardBackend {
  readonly kind = 'wireguard-go';
  readonly #runtimeDirectory: string;

  constructor(runtimeDirectory: string) {
    this.#runtimeDirectory = runtimeDirectory;
  }

  async create(interfaceName: string): Promise<void> {
    await startWireguardGo({
      program: requireProgram('wireguard-go'),
      device: interfaceName,
      interfaceName,
      runtimeDirectory: this.#runtimeDirectory,
      environment: {},
      madeDevice: () => interfaceName,
    });
  }

  async configure(
    plan: TunnelPlan,
    privateKey: PrivateKey,
    endpoints: ReadonlyMap<PublicKey, Endpoint>,
    listenPort: number | undefined,
  ): Promise<void> {
    await configureUserspace(
      plan.interfaceName,
      setOperation(plan, privateKey, endpoints, listenPort, tunnelMark),
    );
  }

  async setMark(interfaceName: string): Promise<void> {
    await configureUserspace(interfaceName, `set=1\nfwmark=${tunnelMark}\n\n`);
  }

  read(interfaceName: string): Promise<LiveInterface | undefined> {
    return readUserspace(interfaceName);
  }

  async setPeer(
    move: Pick<Move, 'interfaceName' | 'controller' | 'to' | 'renegotiate'>,
    port: PortChoice,
  ): Promise<void> {
    await configureUserspace(move.interfaceName, moveOperation(move, port));
  }

  async setEndpoint(interfaceName: string, publicKey: PublicKey, endpoint: Endpoint): Promise<void> {
    await configureUserspace(interfaceName, endpointOperation(publicKey, endpoint));
  }

  async awaitEnd(interfaceName: string): Promise<void> {
    await awaitWireguardGoEnd(interfaceName, this.#runtimeDirectory);
  }
}
