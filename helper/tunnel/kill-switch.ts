/** What keeps everything but the tunnel from leaving this machine. The rules are the kernel's: they outlive the helper. */
export interface KillSwitchSystem {
  /**
   * Puts the rules in place, all at once; those that are there are replaced without a moment between.
   * @throws HomingError `kill-switch-failed`
   */
  set(rules: KillSwitchRules): Promise<void>;
  /** Removes the rules, whoever left them. @throws HomingError `kill-switch-failed` */
  clear(): Promise<void>;
  /** Whether rules are there, whoever left them. @throws Error */
  isThere(): Promise<boolean>;
  /** Whether the rules are the ones last set. @throws Error */
  isIntact(): Promise<boolean>;
  /** Calls back when somebody may have changed the rules. @returns what ends it */
  watch(onDoubt: () => void): () => Promise<void>;
  /** The networks that the laptop is in, by what no address of the internet is taken from it. @throws Error */
  lanRanges(): Promise<readonly string[]>;
  /** Calls back when the networks may have changed. @returns what ends it */
  watchNetworks(onChange: () => void): () => Promise<void>;
}

export interface KillSwitchRules {
  /** Ranges that pass beside the tunnel, where they are reached without a gateway. */
  readonly lan: readonly string[];
  /** What a sign-in page needs: name servers, and hosts that are reached by HTTP and HTTPS. */
  readonly signIn?: { readonly resolvers: readonly string[]; readonly hosts: readonly string[] } | undefined;
}
