import type { KillSwitchStatus, PortalStatus, TunnelStatus } from '../../shared/contract/status.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { PortalWatch } from './portal-watch.ts';

/** What keeps traffic from leaving outside the tunnel, and its exceptions. */
export class Protection {
  readonly #killSwitch: KillSwitch;
  readonly #portal: PortalWatch;

  constructor(killSwitch: KillSwitch, portal: PortalWatch) {
    this.#killSwitch = killSwitch;
    this.#portal = portal;
  }

  /** Called whenever {@link status} may have changed, except by changes of the tunnel. */
  onChange(listener: () => void): void {
    this.#killSwitch.onChange(listener);
    this.#portal.onChange(listener);
  }

  status(tunnel: TunnelStatus): { readonly killSwitch: KillSwitchStatus; readonly portal: PortalStatus } {
    return { killSwitch: this.#killSwitch.status(tunnel), portal: this.#portal.status() };
  }
}
