/** Where one probe is sent. */
export interface ProbeTarget {
  /** An IP address, never a name; an IPv6 address may carry a zone: `ff02::1%eth0`. */
  readonly host: string;
  readonly port: number;
  /**
   * `unicast` is a candidate. All others look for candidates: `remembered` is an address at which the controller answered
   * before in this very network, `neighbour` one of a machine on the link.
   */
  readonly kind: 'unicast' | DiscoveryKind;
  /** The interface of a link-local or multicast target, where the host names no zone. */
  readonly interfaceName?: string;
  /** Its own, where the round's does not fit it. */
  readonly timeoutMs?: number;
}

export type DiscoveryKind = 'remembered' | 'broadcast' | 'multicast' | 'neighbour';

/** A target of discovery. Where it names no port, it is the controller's. */
export type DiscoveryTarget = Omit<ProbeTarget, 'port' | 'interfaceName'> & {
  readonly kind: DiscoveryKind;
  readonly port?: number;
  readonly interfaceName: string;
};

/** How often and how long one target is asked. */
export interface ProbeTiming {
  /** From a message to the next one; an answer to an earlier message counts until the last timeout. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** What a probe of one target came to. */
export type ProbeOutcome =
  | {
      /** Whoever answered holds the controller's private key, at `from`. */
      readonly verdict: 'verified';
      /** An address (a link-local one with its zone) and the port it answers on. */
      readonly from: { readonly host: string; readonly port: number };
      readonly roundTripMs: number;
    }
  | { readonly verdict: 'silent'; readonly reason: string }
  | { readonly verdict: 'refused'; readonly reason: string };
