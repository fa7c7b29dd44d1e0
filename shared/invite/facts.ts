import { z } from 'zod';
import { suffixSchema } from '../addresses/suffix-schema.ts';
import { domainSchema, hostLabelSchema, memberNameSchema } from '../names/name-schemas.ts';

/** Facts that an invite says and the profile made from it keeps, each in one schema for both. */

/** Octets of the largest packet: from IPv6's minimum (RFC 8200 section 5) to a common jumbo frame. */
export const mtuSchema = z.int().min(1280).max(9000);

export const portSchema = z.int().min(1).max(65_535);

export const networkFacts = {
  name: memberNameSchema,
  domain: domainSchema,
  mtu: mtuSchema.optional(),
  /**
   * The private range with the IPv4 addresses of all members. `controller` carries what goes between them; its own
   * address and its routes every controller carries itself.
   */
  ipv4: z.strictObject({ range: z.string().max(50), controller: memberNameSchema }).optional(),
};

export const peerFacts = {
  name: memberNameSchema,
  suffix: suffixSchema,
  ipv4: z.ipv4().optional(),
  /** Fixed where others know the peer's private endpoint. */
  listenPort: portSchema.optional(),
};

/**
 * What a controller offers that carries all traffic of those who want it to. `dns`: the name servers that are asked
 * through it; without them a laptop's own are, which may be outside of the tunnel.
 */
export const exitSchema = z.strictObject({ dns: z.array(z.union([z.ipv4(), z.ipv6()])).max(4) });
export type ExitOffer = z.infer<typeof exitSchema>;

export const controllerFacts = {
  ipv4: z.ipv4().optional(),
  /** False: this controller is reached at its public endpoints only. */
  migrate: z.literal(false).optional(),
  exit: exitSchema.optional(),
};

export const machineSchema = z.strictObject({
  name: memberNameSchema,
  kind: z.enum(['controller', 'peer']),
  suffix: suffixSchema.optional(),
  ipv4: z.ipv4().optional(),
  /** Further host names. */
  aliases: z.array(hostLabelSchema).max(16).optional(),
  /** In whose subnet the name of a peer resolves; the default controller of the reader when left out. */
  controller: memberNameSchema.optional(),
});
