import { HomingError } from '../../../shared/errors/problem.ts';
import type { KillSwitchSystem } from '../kill-switch.ts';

/** Homing has no kill switch on macOS yet: turning it on is refused, so that nobody relies on it. */
export class MacosKillSwitch implements KillSwitchSystem {
  async set(): Promise<void> {
    throw new HomingError({
      code: 'kill-switch-failed',
      title: 'The kill switch is not on macOS yet',
      cause: 'Homing does not set rules of the packet filter of macOS.',
      remedy: 'Nothing was changed. Traffic leaves beside the tunnel while it is down.',
    });
  }

  async clear(): Promise<void> {}

  async isThere(): Promise<boolean> {
    return false;
  }

  async isIntact(): Promise<boolean> {
    return false;
  }

  watch(): () => Promise<void> {
    return async () => undefined;
  }

  async lanRanges(): Promise<readonly string[]> {
    return [];
  }

  watchNetworks(): () => Promise<void> {
    return async () => undefined;
  }
}
