import { HomingError } from '../../shared/errors/problem.ts';

/** Keeps everything but the tunnel from leaving this machine. The kernel holds the rules: they outlive the helper. */
export interface KillSwitchSystem {
  /**
   * Sets the rules atomically, replacing existing ones without a gap.
   * @throws HomingError `kill-switch-failed`
   */
  set(rules: KillSwitchRules): Promise<void>;
  /** Removes the rules, whoever left them. @throws HomingError `kill-switch-failed` */
  clear(): Promise<void>;
  /** Whether rules exist, whoever left them. @throws Error */
  isThere(): Promise<boolean>;
  /** Whether the rules are the ones last set. @throws Error */
  isIntact(): Promise<boolean>;
  /** Calls back when the rules may have been changed. @returns a function that stops it */
  watch(onDoubt: () => void): () => Promise<void>;
  /** The networks that the laptop is in, restricted to ranges that are not public. @throws Error */
  lanRanges(): Promise<readonly string[]>;
  /** Calls back when the networks may have changed. @returns a function that stops it */
  watchNetworks(onChange: () => void): () => Promise<void>;
}

export interface KillSwitchRules {
  /** Ranges allowed outside the tunnel, if reached without a gateway. */
  readonly lan: readonly string[];
  /** What a sign-in page needs. */
  readonly signIn?: SignInWay | undefined;
}

/** What may be reached outside the tunnel during the sign-in. */
export interface SignInWay {
  /** Name servers that may be queried. */
  readonly resolvers: readonly string[];
  /** Hosts that may be reached by HTTP and HTTPS. */
  readonly hosts: readonly string[];
  /** The port that the page's address names, if it is not a usual one: the network chose it, so only the page's own hosts. */
  readonly page?: { readonly hosts: readonly string[]; readonly port: number } | undefined;
}

/**
 * The error of rules that could not be set or removed. A HomingError has its own sentences and is returned as it is.
 * @param remedy the next step on this system
 */
export function killSwitchFailed(error: unknown, remedy: string): HomingError {
  if (error instanceof HomingError) return error;
  return new HomingError({
    code: 'kill-switch-failed',
    title: 'The kill switch could not be changed',
    cause: `${error instanceof Error ? error.message : String(error)}.`,
    remedy,
  });
}
