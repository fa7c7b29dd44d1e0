import {
  type Diagnostics,
  diagnosticsSchema,
  type ProbeResponse,
  probeResponseSchema,
} from '../shared/contract/control-api.ts';
import type {
  KillSwitchRequest,
  PortalRequest,
  ProbeRequest,
  RouteRequest,
  SignedTunnelRequest,
  TunnelRequest,
} from '../shared/contract/requests.ts';
import { type Status, statusSchema } from '../shared/contract/status.ts';
import { connectCall } from './connect-call.ts';
import { callHelper, type HelperAnswer, openCall } from './helper-call.ts';

/** Calls the helper over its unix socket, and validates its responses. */
export class HelperClient {
  readonly #path: string;

  constructor(socketPath: string) {
    this.#path = socketPath;
  }

  /** @throws HomingError the helper's refusal, or why it cannot be reached */
  async status(): Promise<Status> {
    return statusSchema.parse(await callHelper(this.#path, { method: 'GET', path: '/v1/status' }));
  }

  /**
   * Brings the tunnel up. The helper has checked the profile and responded when this returns.
   * @param invite the text of the invite that the profile is from; the helper then derives the profile from it
   */
  async connect(request: TunnelRequest, invite?: string): Promise<Status> {
    const { interfaceName, settings } = request.profile;
    const signed = (text: string): SignedTunnelRequest => ({
      invite: text,
      local: { interfaceName, settings },
      privateKey: request.privateKey,
    });
    const answer = await connectCall(this.#path, {
      signed: invite === undefined ? undefined : JSON.stringify(signed(invite)),
      unsigned: JSON.stringify(request),
    });
    return statusSchema.parse(answer);
  }

  async disconnect(): Promise<Status> {
    return statusSchema.parse(await callHelper(this.#path, { method: 'DELETE', path: '/v1/tunnel' }));
  }

  /** Routes a sleeping range through the tunnel, or reverts that. */
  async setRoute(request: RouteRequest): Promise<Status> {
    const body = JSON.stringify(request);
    return statusSchema.parse(await callHelper(this.#path, { method: 'PUT', path: '/v1/routes', body }));
  }

  /** Lets nothing pass but the tunnel, until it is turned off again. @throws HomingError `kill-switch-failed` */
  async setKillSwitch(request: KillSwitchRequest): Promise<Status> {
    const body = JSON.stringify(request);
    return statusSchema.parse(await callHelper(this.#path, { method: 'PUT', path: '/v1/kill-switch', body }));
  }

  /** Opens the network for the sign-in page that the status names, or closes it. @throws HomingError `no-portal` */
  async setPortal(request: PortalRequest): Promise<Status> {
    const body = JSON.stringify(request);
    return statusSchema.parse(await callHelper(this.#path, { method: 'PUT', path: '/v1/portal', body }));
  }

  async probe(request: ProbeRequest): Promise<ProbeResponse> {
    const body = JSON.stringify(request);
    const answer = await callHelper(this.#path, { method: 'POST', path: '/v1/probe', body });
    return probeResponseSchema.parse(answer);
  }

  async diagnostics(): Promise<Diagnostics> {
    const answer = await callHelper(this.#path, { method: 'GET', path: '/v1/diagnostics' });
    return diagnosticsSchema.parse(answer);
  }

  /**
   * Opens the event stream.
   * @param refresh `all`: also counters every second; `changes`: only changes
   * @returns the raw response; see event-stream.ts
   */
  openEvents(refresh: 'all' | 'changes', signal?: AbortSignal): Promise<HelperAnswer> {
    const path = refresh === 'all' ? '/v1/events' : '/v1/events?refresh=changes';
    return openCall(this.#path, { method: 'GET', path, ...(signal && { signal }) });
  }
}
