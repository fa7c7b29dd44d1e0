import * as z from 'zod';
import { privateKeySchema } from '../keys/key-schemas.ts';
import { localChoicesSchema, profileSchema } from '../profile/profile.ts';

/**
 * Requests to the helper; see control-api.ts. Separate from the responses, since a client does not load these schemas.
 */

/** 500 controllers with 5,000 machines are 0.6 MB. */
export const bodyLimitBytes = 4 * 1024 * 1024;

export const tunnelRequestSchema = z.strictObject({ profile: profileSchema, privateKey: privateKeySchema });
export type TunnelRequest = z.infer<typeof tunnelRequestSchema>;

/**
 * The same call for a signed network: the helper verifies the invite and derives the profile itself. A helper that
 * does not know it refuses with `bad-request`, and programs then send a {@link TunnelRequest}.
 */
export const signedTunnelRequestSchema = z.strictObject({
  /** A file, a link or the line itself; its size is checked before it is parsed. */
  invite: z.string(),
  local: localChoicesSchema,
  privateKey: privateKeySchema,
});
export type SignedTunnelRequest = z.infer<typeof signedTunnelRequestSchema>;

/** Routes a sleeping range through the tunnel while the laptop is in its current network, or reverts that. */
export const routeRequestSchema = z.strictObject({ range: z.string().max(50), takeOver: z.boolean() });
export type RouteRequest = z.infer<typeof routeRequestSchema>;

/** `allowLan`: the networks that the laptop is in pass as well; left out, it stays as it is. */
export const killSwitchRequestSchema = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal(true), allowLan: z.boolean().optional() }),
  z.strictObject({ on: z.literal(false) }),
]);
export type KillSwitchRequest = z.infer<typeof killSwitchRequestSchema>;

/** Opens the network for the sign-in page of its portal, for a while, or closes it again. */
export const portalRequestSchema = z.strictObject({ open: z.boolean() });
export type PortalRequest = z.infer<typeof portalRequestSchema>;

/** Without a controller, all are probed. */
export const probeRequestSchema = z.strictObject({ controller: z.string().max(63).optional() });
export type ProbeRequest = z.infer<typeof probeRequestSchema>;
