import * as z from 'zod';
import { suffixSchema } from '../addresses/suffix-schema.ts';
import { domainSchema, hostLabelSchema, memberNameSchema } from '../names/name-schemas.ts';

/** Values contained in an invite and in the profile made from it, with one schema for both. */

/** The MTU in octets: from IPv6's minimum (RFC 8200 section 5) to a common jumbo frame. */
export const mtuSchema = z.int().min(1280).max(9000);

export const portSchema = z.int().min(1).max(65_535);

export const networkFacts = {
  name: memberNameSchema,
  domain: domainSchema,
  mtu: mtuSchema.optional(),
  /**
   * The private range with the IPv4 addresses of all members. `controller` carries traffic between them; every
   * controller carries its own address and its routes itself.
   */
  ipv4: z.strictObject({ range: z.string().max(50), controller: memberNameSchema }).optional(),
};

export const peerFacts = {
  name: memberNameSchema,
  suffix: suffixSchema,
  ipv4: z.ipv4().optional(),
  /** Fixed if other members know the peer's private endpoint. */
  listenPort: portSchema.optional(),
};

/**
 * Set if the controller is an exit. `dns`: the DNS servers to query through it; without them a laptop keeps its own,
 * which may be outside the tunnel.
 */
export const exitSchema = z.strictObject({ dns: z.array(z.union([z.ipv4(), z.ipv6()])).max(4) });
export type ExitOffer = z.infer<typeof exitSchema>;

export const controllerFacts = {
  ipv4: z.ipv4().optional(),
  /** False: this controller is reached only at its public endpoints. */
  migrate: z.literal(false).optional(),
  exit: exitSchema.optional(),
};

export const machineSchema = z.strictObject({
  name: memberNameSchema,
  kind: z.enum(['controller', 'peer']),
  suffix: suffixSchema.optional(),
  ipv4: z.ipv4().optional(),
  /** Additional host names. */
  aliases: z.array(hostLabelSchema).max(16).optional(),
  /** The controller in whose subnet the name of a peer resolves; by default the reader's default controller. */
  controller: memberNameSchema.optional(),
});
