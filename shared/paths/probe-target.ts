/** Where one probe is sent. */
export interface ProbeTarget {
  /** An IP address, never a name; an IPv6 address may carry a zone: `ff02::1%eth0`. */
  readonly host: string;
  readonly port: number;
  /**
   * `unicast` is a candidate. All others are discovery: `remembered` is an address where the controller answered before
   * in this network, `neighbour` the address of a machine on the link.
   */
  readonly kind: 'unicast' | DiscoveryKind;
  /** The interface of a link-local or multicast target, where the host names no zone. */
  readonly interfaceName?: string;
  /** The target's own timeout, if the round's does not fit. */
  readonly timeoutMs?: number;
}

export type DiscoveryKind = 'remembered' | 'broadcast' | 'multicast' | 'neighbour';

/** A discovery target. Without a port it uses the controller's. */
export type DiscoveryTarget = Omit<ProbeTarget, 'port' | 'interfaceName'> & {
  readonly kind: DiscoveryKind;
  readonly port?: number;
  readonly interfaceName: string;
};

/** How many messages a target gets, and the timeout of each. */
export interface ProbeTiming {
  /** From a message to the next one; an answer to an earlier message counts until the last timeout. */
  readonly timeoutMs: number;
  readonly attempts: number;
}

/** The result of probing one target. */
export type ProbeOutcome =
  | {
      /** Whoever answered holds the controller's private key, at `from`. */
      readonly verdict: 'verified';
      /** An address (a link-local one with its zone) and the port it answers on. */
      readonly from: { readonly host: string; readonly port: number };
      readonly roundTripMs: number;
    }
  | { readonly verdict: 'unanswered'; readonly reason: string }
  | { readonly verdict: 'refused'; readonly reason: string };
