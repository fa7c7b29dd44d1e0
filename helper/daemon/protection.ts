import type { KillSwitchStatus, PortalStatus, TunnelStatus } from '../../shared/contract/status.ts';
import type { KillSwitch } from './kill-switch.ts';
import type { PortalWatch } from './portal-watch.ts';

/** What keeps traffic from leaving beside the tunnel, and what is let through all the same. */
export class Protection {
  readonly #killSwitch: KillSwitch;
  readonly #portal: PortalWatch;

  constructor(killSwitch: KillSwitch, portal: PortalWatch) {
    this.#killSwitch = killSwitch;
    this.#portal = portal;
  }

  /** Called whenever {@link status} may have changed, beside changes of the tunnel. */
  onChange(listener: () => void): void {
    this.#killSwitch.onChange(listener);
    this.#portal.onChange(listener);
  }

  status(tunnel: TunnelStatus): { readonly killSwitch: KillSwitchStatus; readonly portal: PortalStatus } {
    return { killSwitch: this.#killSwitch.status(tunnel), portal: this.#portal.status() };
  }
}
