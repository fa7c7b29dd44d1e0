import { setTimeout as sleep } from 'node:timers/promises';
import { HelperClient } from '../../../client/helper-client.ts';
import type { ProbeResponse } from '../../../shared/contract/control-api.ts';
import type { Path } from '../../../shared/contract/path.ts';
import type { ConnectedTunnel, ControllerStatus, Status } from '../../../shared/contract/status.ts';
import type { Decision } from '../../../shared/timeline/decision.ts';
import type { Host } from '../../lab/host.ts';
import type { InstalledHost } from './installed-host.ts';
import { socketPath } from './raw-call.ts';

const networkInterface = 'hm-wgnet';
const pollMs = 40;

/** Waits are generous, for a busy machine, but end before the test does. Time limits are measured separately. */
const patienceMs = 14_000;

export interface PathWish {
  readonly endpoint?: string | RegExp;
  readonly timeoutMs?: number;
}

/** A laptop that roams: queries its helper from outside the lab, since a process for each query would disturb. */
export class RoamingLaptop<
  Installed extends { readonly host: Host; deviceOf?(name: string): Promise<string> } = InstalledHost,
> {
  readonly installed: Installed;
  readonly #client: HelperClient;

  constructor(installed: Installed) {
    this.installed = installed;
    this.#client = new HelperClient(installed.host.outsidePath(socketPath));
  }

  get host(): Host {
    return this.installed.host;
  }

  status(): Promise<Status> {
    return this.#client.status();
  }

  /** Probes everything now, as `homing probe` does. */
  probe(): Promise<ProbeResponse> {
    return this.#client.probe({});
  }

  async tunnel(): Promise<ConnectedTunnel> {
    return connectedIn(await this.status());
  }

  async controller(name: string): Promise<ControllerStatus> {
    return controllerIn(await this.status(), name);
  }

  /** Polls the status until a condition holds. @throws Error with the last status if it does not in time */
  async until(
    what: string,
    holds: (status: Status) => boolean,
    timeoutMs: number = patienceMs,
  ): Promise<Status> {
    const deadline = Date.now() + timeoutMs;
    while (true) {
      const status = await this.status();
      if (holds(status)) return status;
      if (Date.now() > deadline)
        throw new Error(`not within ${timeoutMs} ms: ${what}\n${timelineText(status)}`);
      await sleep(pollMs);
    }
  }

  /** Waits until a controller is reached by a path. @returns its status */
  async untilPath(name: string, path: Path, wish: PathWish = {}): Promise<ControllerStatus> {
    const { endpoint, timeoutMs } = wish;
    const fits = (found: string | null): boolean => {
      if (endpoint === undefined) return true;
      return typeof endpoint === 'string' ? found === endpoint : endpoint.test(found ?? '');
    };
    const status = await this.until(
      `${name} is reached by ${path}${endpoint === undefined ? '' : ` at ${endpoint}`}`,
      (now) => {
        const found = controllerIn(now, name);
        return found.path === path && fits(found.endpoint);
      },
      timeoutMs,
    );
    return controllerIn(status, name);
  }

  /** The number of the newest decision, for {@link decisionsSince}. */
  async mark(): Promise<number> {
    return (await this.status()).timeline.at(-1)?.id ?? 0;
  }

  async decisionsSince(mark: number, kind?: Decision['kind']): Promise<readonly Decision[]> {
    const { timeline } = await this.status();
    return timeline.filter(
      (decision) => decision.id > mark && (kind === undefined || decision.kind === kind),
    );
  }

  /** Waits for a move that was proven; the status shows the new path while it is still being tried. */
  async untilMoved(mark: number, name: string, path: Path): Promise<Decision> {
    const find = ({ timeline }: Status): Decision | undefined =>
      timeline.find((decision) => {
        return (
          decision.id > mark &&
          decision.kind === 'moved' &&
          decision.controller === name &&
          decision.path === path
        );
      });
    const status = await this.until(`${name} moved to ${path}`, (now) => find(now) !== undefined);
    return find(status) ?? Promise.reject(new Error('a decision is gone'));
  }

  /** The endpoint of a controller, as WireGuard itself reports it. */
  async liveEndpoint(publicKey: string): Promise<string> {
    const device = (await this.installed.deviceOf?.(networkInterface)) ?? networkInterface;
    const text = await this.host.run(['wg', 'show', device, 'endpoints']);
    return endpointFor(text, publicKey);
  }
}

/** The endpoint of a key in the output of `wg show … endpoints`. */
export function endpointFor(text: string, publicKey: string): string {
  const line = text.split('\n').find((one) => one.startsWith(`${publicKey}\t`));
  if (line === undefined) throw new Error(`no peer ${publicKey} in:\n${text}`);
  return line.slice(publicKey.length + 1);
}

export function connectedIn(status: Status): ConnectedTunnel {
  if (status.tunnel.state !== 'connected') throw new Error(`not connected:\n${timelineText(status)}`);
  return status.tunnel;
}

export function controllerIn(status: Status, name: string): ControllerStatus {
  const found = connectedIn(status).controllers.find((controller) => controller.name === name);
  if (found === undefined) throw new Error(`the status has no controller ${name}`);
  return found;
}

/** The status as a failing test prints it: the controllers, and the last decisions, one per line. */
export function timelineText(status: Status): string {
  const { tunnel, timeline } = status;
  const last = timeline.slice(-25).map(({ at, kind, controller, from, to, reason, tookMs }) => {
    const took = tookMs === null ? '' : ` (${Math.round(tookMs)} ms)`;
    return `${at.slice(17, 23)} ${controller ?? ''} ${kind} ${from ?? ''} -> ${to ?? ''}: ${reason}${took}`;
  });
  const now = tunnel.state === 'connected' ? tunnel.controllers : tunnel;
  return `${JSON.stringify(now, null, 1)}\n${last.join('\n')}`;
}
