import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { dirname } from 'node:path';
import { type ControlledHelper, controlApi } from '../../../helper/control/api.ts';
import { listenForUser } from '../../../helper/control/socket.ts';
import type { HelperEvent } from '../../../shared/contract/control-api.ts';
import type { TunnelRequest } from '../../../shared/contract/requests.ts';
import type {
  KillSwitchStatus,
  PortalStatus,
  Status,
  TunnelStatus,
} from '../../../shared/contract/status.ts';
import { apiVersion } from '../../../shared/contract/version.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import { homingVersion } from '../../../shared/version.ts';
import type { Host, HostUser } from '../../lab/host.ts';
import { socketPath } from '../../mesh/support/raw-call.ts';

/**
 * A helper with a test's answers: the real control API on its real socket, with nothing behind it. For states of the
 * window that cannot be staged.
 */
export class FakeHelper {
  readonly #server: Server;
  readonly #listeners = new Set<(event: HelperEvent) => void>();
  #tunnel: TunnelStatus = { state: 'off' };
  #killSwitch: KillSwitchStatus = { state: 'off' };
  #portal: PortalStatus = { state: 'none' };
  #timeline: readonly Decision[] = [];
  /** The calls it received, in order. */
  readonly asked: string[] = [];
  /** The result when the app connects. */
  onConnect: (request: TunnelRequest) => Promise<TunnelStatus> | TunnelStatus = () => this.#tunnel;

  private constructor() {
    this.#server = createServer(controlApi(this.#helper()));
  }

  static async start(host: Host, user: HostUser): Promise<FakeHelper> {
    const fake = new FakeHelper();
    const path = host.outsidePath(socketPath);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await listenForUser(fake.#server, path, user.uid);
    return fake;
  }

  tell(tunnel: TunnelStatus): void {
    this.#tunnel = tunnel;
    this.#send({ type: 'tunnel', tunnel });
  }

  protect(killSwitch: KillSwitchStatus, portal: PortalStatus): void {
    this.#killSwitch = killSwitch;
    this.#portal = portal;
    this.#send({ type: 'protection', killSwitch, portal });
  }

  decide(decisions: readonly Decision[]): void {
    this.#timeline = [...this.#timeline, ...decisions];
    for (const decision of decisions) this.#send({ type: 'decision', decision });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #send(event: HelperEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #status(): Status {
    return {
      helper: {
        version: homingVersion,
        apiVersion,
        pid: 4242,
        startedAt: '2026-01-05T08:00:00.000Z',
        wireguard: 'kernel',
        residentBytes: 61_000_000,
        asksAdministrator: true,
      },
      tunnel: this.#tunnel,
      killSwitch: this.#killSwitch,
      portal: this.#portal,
      timeline: [...this.#timeline],
    };
  }

  #helper(): ControlledHelper {
    return {
      status: async () => this.#status(),
      connect: async (request) => {
        this.asked.push(`connect ${request.profile.network.name}`);
        this.tell(await this.onConnect(request));
      },
      setRoute: async ({ range, takeOver }) => {
        this.asked.push(`${takeOver ? 'take over' : 'give back'} ${range}`);
      },
      setKillSwitch: async (request) => {
        const allowLan = request.on && request.allowLan === true;
        this.asked.push(`kill switch ${request.on ? 'on' : 'off'}${allowLan ? ', with the LAN' : ''}`);
        const on = { since: '2026-01-05T08:00:00.000Z', allowLan, isBlocking: false, problem: null };
        this.protect(request.on ? { state: 'on', ...on } : { state: 'off' }, this.#portal);
      },
      setPortal: async ({ open }) => {
        this.asked.push(`portal ${open ? 'open' : 'closed'}`);
      },
      disconnect: async () => {
        this.asked.push('disconnect');
        this.tell({ state: 'off' });
      },
      probe: async ({ controller }) => {
        this.asked.push(`probe ${controller ?? 'all'}`);
        return { controllers: [] };
      },
      diagnostics: async () => ({ sections: [{ title: 'Versions', text: 'fake' }] }),
      subscribe: (listener) => {
        listener({ type: 'snapshot', status: this.#status() });
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
    };
  }
}
