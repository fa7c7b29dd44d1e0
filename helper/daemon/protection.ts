import type { PortalRequest } from '../../shared/contract/requests.ts';
import type { KillSwitchStatus, PortalStatus, TunnelStatus } from '../../shared/contract/status.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { KillSwitch } from './kill-switch.ts';

/** What keeps traffic from leaving beside the tunnel, and what is let through all the same. */
export class Protection {
  readonly #killSwitch: KillSwitch;

  constructor(killSwitch: KillSwitch) {
    this.#killSwitch = killSwitch;
  }

  /** Called whenever {@link status} may have changed, beside changes of the tunnel. */
  onChange(listener: () => void): void {
    this.#killSwitch.onChange(listener);
  }

  status(tunnel: TunnelStatus): { readonly killSwitch: KillSwitchStatus; readonly portal: PortalStatus } {
    return { killSwitch: this.#killSwitch.status(tunnel), portal: { state: 'none' } };
  }

  /** @throws HomingError `no-portal` */
  async setPortal({ open }: PortalRequest): Promise<void> {
    if (!open) return;
    throw new HomingError({
      code: 'no-portal',
      title: 'There is no sign-in page to open',
      cause: 'No page of this network was found that wants a sign-in.',
      remedy: 'See `homing status` for what can be reached.',
    });
  }
}
