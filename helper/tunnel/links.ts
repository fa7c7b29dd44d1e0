import type { LinkKind } from '../../shared/paths/route.ts';

/** An own address on a link. */
export interface LinkAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** The broadcast address of an IPv4 address; undefined without one. */
  readonly broadcast: string | undefined;
  readonly family: 4 | 6;
}

/** A link of this computer, except loopback. */
export interface Link {
  readonly name: string;
  readonly kind: LinkKind;
  /** Up, with carrier, according to its driver. */
  readonly isUp: boolean;
  readonly hasBroadcast: boolean;
  readonly addresses: readonly LinkAddress[];
  /** The ports of a bridge or a bond. */
  readonly members: readonly string[];
}
