import type { LinkKind } from '../../shared/paths/route.ts';

/** An own address on a link. */
export interface LinkAddress {
  readonly address: string;
  readonly prefixLength: number;
  /** The broadcast address that is set on an IPv4 address; undefined where none is. */
  readonly broadcast: string | undefined;
  readonly family: 4 | 6;
}

/** One link of this computer; loopback is none. */
export interface Link {
  readonly name: string;
  readonly kind: LinkKind;
  /** Up, with carrier, as far as its driver says. */
  readonly isUp: boolean;
  readonly hasBroadcast: boolean;
  readonly addresses: readonly LinkAddress[];
  /** The links that are its ports: those of a bridge or a bond. */
  readonly members: readonly string[];
}
